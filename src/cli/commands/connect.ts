import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [from, to] = args as [string, string];
  const playground = await Playground.open(options.dir, context);
  const target = playground.node(to);
  await playground.connect(playground.node(from), target);
  return { json: { from, to, id: await target.id() }, text: `${out.style.green('✔')} ${from} is connected to ${to}` };
}
