import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const name = args[0]!;
  await playground.snapshots.remove(name);
  return { json: { name, removed: true }, text: `${out.style.green('✔')} the snapshot ${name} is gone` };
}
