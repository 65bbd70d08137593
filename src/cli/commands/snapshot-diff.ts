import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { diffJson, diffLines } from '../snapshots.js';

export async function run({ args, options, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const name = args[0]!;
  const diff = await playground.snapshots.diff(name);
  const lines = diffLines(diff);
  const text = lines.length === 0 ? `nothing has happened since ${name}` : lines.join('\n');
  return { json: diffJson(diff), text };
}
