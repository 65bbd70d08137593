import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const height = await playground.settle();
  const names = playground.nodes.map(({ name }) => name).join(', ');
  return {
    json: { blockheight: height },
    text: `${out.style.green('✔')} ${names} are at block ${height}, all channels settled`,
  };
}
