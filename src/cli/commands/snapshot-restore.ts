import { createInterface } from 'node:readline';
import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { ago, diffLines, leftOutLines, snapshotJson } from '../snapshots.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const playground = await Playground.open(options.dir, context.playground);
  const name = args[0]!;
  if (options['yes'] !== true) await confirm(context, playground, name);
  const report = await playground.snapshots.restore(name, { trust: options['trust'] === true });
  const { snapshot, started, leftOut } = report;
  const height = snapshot.height === undefined ? '' : ` at block ${snapshot.height}`;
  const runs = started ? 'it runs' : '`ln-play up` starts it';
  const lines = [
    `${out.style.green('✔')} the playground is as it was ${ago(snapshot.created)}${height}; ${runs}`,
    ...leftOutLines(leftOut, out),
  ];
  return { json: { ...snapshotJson(snapshot), started, left_out: leftOut }, text: lines.join('\n') };
}

/** Says what is lost, and asks; where nobody can answer, it is refused. */
async function confirm({ out, signal }: CommandContext, playground: Playground, name: string): Promise<void> {
  const { created } = (await playground.snapshots.list()).find((snapshot) => snapshot.name === name) ?? {};
  if (!created) return; // the restore says that there is none
  const lost = await playground.snapshots.diff(name).then(diffLines, () => undefined);
  const what = `All since ${name} (${ago(created)}) would be lost, in ${playground.dir}`;
  const details = lost ?? ['what that is cannot be told, since not all of the playground runs'];
  if (!out.live || !process.stdin.isTTY || out.json)
    throw new LnPlayError('STATE', what, {
      details: details.length === 0 ? ['nothing has happened since'] : details,
      hint: `if that is what you want: ln-play snapshot restore ${name} --yes`,
    });
  const lines = details.length === 0 ? ['  nothing has happened since'] : details.map((line) => `  ${line}`);
  process.stderr.write(`${what}:\n${lines.join('\n')}\n`);
  if (/^y(es)?$/i.test((await ask('Put it back? [y/N] ', signal)).trim())) return;
  throw new LnPlayError('ABORTED', 'Nothing was changed');
}

/** @returns what a person answers at the terminal; '' for Ctrl-C and Ctrl-D, at which a question alone would never end */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      terminal.once('close', () => resolve(''));
      signal.addEventListener('abort', () => resolve(''), { once: true });
      terminal.question(question, resolve);
    });
  } finally {
    terminal.close();
  }
}
