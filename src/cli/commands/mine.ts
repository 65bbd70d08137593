import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { wholeNumber } from '../job.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const blocks = wholeNumber(args[0] ?? '1', 'blocks', { min: 1, max: 10_000 });
  const playground = await Playground.open(options.dir, context);
  const height = await playground.mine(blocks);
  const text = `${out.style.green('✔')} ${blocks} ${blocks === 1 ? 'block' : 'blocks'} mined: every node is at block ${height}`;
  return { json: { blocks, blockheight: height }, text };
}
