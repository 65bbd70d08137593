import { megabytes } from '../../core/bytes.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const name = args[0]!;
  const { file, bytes } = await playground.snapshots.export(name, args[1]!);
  const text = `${out.style.green('✔')} ${name} is in ${file}: ${megabytes(bytes)}, with the keys of all nodes`;
  return { json: { name, file, bytes }, text };
}
