import { parseDurationMs } from '../../core/durations.js';
import { LnPlayError } from '../../core/errors.js';
import { PlaygroundPool } from '../../pool/pool.js';
import { servePool } from '../../pool/server.js';
import { runOnTerminal } from '../../process/on-terminal.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { nodesOption, programOptions, wholeNumber } from '../job.js';

const LEASE = '1h';

/** Serves until it is stopped, or until the command that it was given has ended, with that one's exit code. */
export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { out, rest, signal } = context;
  const numberOf = (name: string, min: number, max: number): number | undefined => {
    const text = textOption(context, name);
    return text === undefined ? undefined : wholeNumber(text, `--${name}`, { min, max });
  };
  const size = numberOf('size', 1, 50);
  const port = numberOf('port', 1, 65_535);
  const leaseMs = parseDurationMs(textOption(context, 'lease') ?? LEASE, '--lease');
  const { timeoutMs } = context.playground;
  await using pool = new PlaygroundPool(
    { ...programOptions(context), nodes: nodesOption(context), size },
    { timeoutMs },
  );
  await pool.warm();
  await using server = await servePool(pool, {
    port,
    token: process.env['LN_PLAY_POOL_TOKEN'] || undefined,
    leaseMs,
    onNote: (what) => out.note(what),
  });
  const { url, token } = server;
  const [command, ...args] = rest;
  if (command !== undefined) {
    const env = { LN_PLAY_POOL_URL: url, LN_PLAY_POOL_TOKEN: token };
    const exitCode = await runOnTerminal({ command, args }, { env });
    if (exitCode !== undefined) return { json: { exit_code: exitCode }, text: '', exitCode };
    throw new LnPlayError('MISSING_BINARY', `${command} cannot be started, or a signal has ended it`, {
      hint: 'see whether it runs by itself, and name it as it is on PATH',
    });
  }
  const lines = [
    `a pool of playgrounds at ${url}`,
    '',
    `  export LN_PLAY_POOL_URL=${url}`,
    `  export LN_PLAY_POOL_TOKEN=${token}`,
    '',
    'Ctrl-C ends it, and all its playgrounds.',
  ];
  out.result({ url, token }, lines.join('\n'));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return undefined;
}
