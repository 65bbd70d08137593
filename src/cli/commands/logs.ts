import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { LnPlayError } from '../../core/errors.js';
import { tailFile } from '../../daemons/log-tail.js';
import { followFile } from '../../daemons/log-follow.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext } from '../context.js';
import { wholeNumber } from '../job.js';

export async function run(context: CommandContext): Promise<undefined> {
  const { options, out, signal } = context;
  const [name] = context.args as [string];
  const lines = textOption(context, 'lines');
  const count = lines === undefined ? undefined : wholeNumber(lines, '--lines', { min: 0, max: 1_000_000 });
  const playground = await Playground.open(options.dir, context.playground);
  const file = playground.daemon(name).daemon.spec.logFile;
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined && options['follow'] !== true)
    throw new LnPlayError('STATE', `${name} has written no log yet: ${file}`, { hint: 'start it with `ln-play up`' });
  if (size !== undefined && count === undefined) await copy(file, size);
  else if (count) for (const line of await tailFile(file, count)) out.write(`${line}\n`);
  if (options['follow'] === true)
    for await (const text of followFile(file, { from: size ?? 0, signal })) out.write(text);
  return undefined;
}

/** As it is, at the pace of whoever reads it. */
async function copy(file: string, size: number): Promise<void> {
  if (size === 0) return;
  for await (const chunk of createReadStream(file, { end: size - 1 }))
    if (!process.stdout.write(chunk as Buffer)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}
