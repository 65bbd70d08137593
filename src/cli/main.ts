import { CommanderError } from 'commander';
import { constants } from 'node:os';
import { EXIT_CODE_OF, LnPlayError, systemCode } from '../core/errors.js';
import { MAX_TIMER_MS } from '../core/timers.js';
import { lnPlayVersion } from '../core/version.js';
import { asCalled } from './called-as.js';
import type { CommandContext, OptionsOf } from './context.js';
import { Output } from './output.js';
import { parse } from './program.js';
import { ERASE_LINE, Progress } from './progress.js';

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs one command line to its end and exits: 0; 1 an expected failure; 2 wrong usage; 128+signal. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyWhenNobodyReads();
  let invocation;
  try {
    invocation = await parse(argv, lnPlayVersion());
  } catch (error) {
    if (error instanceof CommanderError) return process.exit(EXIT_CODE_OF.USAGE); // it has shown the help
    const out = new Output({ json: wantsJson(argv) });
    const exitCode = report(error, out);
    await out.flush();
    return process.exit(exitCode);
  }
  if (!invocation) return;

  const { spec, args, rest, options } = invocation;
  const out = new Output(options);
  const progress = new Progress(out);
  const { signal, stoppedBy } = stopOnSignals();
  let exitCode = 0;
  try {
    const playground = {
      signal,
      onStep: progress.listener,
      timeoutMs: timeoutOf(options),
      onBusy: (what: string) => out.note(what),
      onTidied: (what: string) => out.note(what),
    };
    const context: CommandContext = { args, rest, options, out, progress, signal, playground };
    const { run } = await spec.load();
    const reply = await run(context);
    progress.stop();
    if (reply && 'json' in reply) out.result(reply.json, spec.printsCode ? reply.text : asCalled(reply.text));
    exitCode = reply?.exitCode ?? 0;
  } catch (error) {
    progress.stop();
    exitCode = report(error, out);
  }
  if (signal.aborted) exitCode = 128 + constants.signals[stoppedBy()!];
  await out.flush();
  process.exit(exitCode);
}

/** Shows what went wrong; a stack only for what nobody expected. @returns the exit code */
function report(error: unknown, out: Output): number {
  const { red, dim } = out.errorStyle;
  if (!(error instanceof LnPlayError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`${red('unexpected error:')} ${stack}\n`);
    if (out.json) out.result({ error: { code: 'UNEXPECTED', message: String(error) } }, '');
    return 1;
  }
  const { code, details } = error;
  const message = asCalled(error.message);
  const hint = error.hint === undefined ? undefined : asCalled(error.hint);
  if (out.json) out.result({ error: { code, message, details, hint: hint ?? null } }, '');
  if (out.live && code === 'ABORTED') process.stderr.write(ERASE_LINE); // the terminal's ^C
  const lines = [`${red('error:')} ${message}`, ...details.map((line) => dim(`  ${line}`))];
  if (hint) lines.push(`${out.errorStyle.cyan('hint:')} ${hint}`);
  process.stderr.write(`${lines.join('\n')}\n`);
  return EXIT_CODE_OF[code];
}

/** The first Ctrl-C has the command clean up and end; a second one ends it at once. */
function stopOnSignals(): { readonly signal: AbortSignal; readonly stoppedBy: () => NodeJS.Signals | undefined } {
  const controller = new AbortController();
  let by: NodeJS.Signals | undefined;
  for (const name of STOPPING)
    process.on(name, () => {
      if (by) process.exit(128 + constants.signals[name]);
      by = name;
      controller.abort(new LnPlayError('ABORTED', `Stopped by ${name}`));
    });
  return { signal: controller.signal, stoppedBy: () => by };
}

/** `ln-play logs l1 | head`: when the reader has gone there is nobody to tell. */
function endQuietlyWhenNobodyReads(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (systemCode(error) === 'EPIPE') process.exit(0);
      throw error;
    });
}

const MAX_TIMEOUT_S = Math.floor(MAX_TIMER_MS / 1000);

function timeoutOf({ timeout }: OptionsOf): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = Number(timeout);
  if (seconds > MAX_TIMEOUT_S)
    throw new LnPlayError('USAGE', `--timeout ${timeout} is longer than can be waited for`, {
      hint: `give at most ${MAX_TIMEOUT_S} s, which is 24 days`,
    });
  if (seconds > 0) return seconds * 1000;
  if (timeout.trim() !== '' && seconds <= 0)
    throw new LnPlayError('USAGE', `--timeout ${timeout} leaves no time at all`, {
      hint: 'give more than 0 seconds, for example --timeout 120',
    });
  throw new LnPlayError('USAGE', `--timeout ${JSON.stringify(timeout)} is not a number of seconds`, {
    hint: 'for example --timeout 120',
  });
}

/** Whether `--json` is given, where the rest cannot be read. */
const wantsJson = (argv: readonly string[]): boolean =>
  argv.slice(0, (argv.indexOf('--') + 1 || Infinity) - 1).includes('--json');
