import { LnPlayError } from '../../core/errors.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { columns } from '../output.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [bolt11] = args as [string];
  const playground = await Playground.open(options.dir, context);
  const node = playground.nodes.find(({ daemon }) => daemon.attach());
  if (!node)
    throw new LnPlayError('STATE', `No node of ${playground.dir} runs, and it takes one to decode`, {
      hint: 'run `ln-play up`',
    });
  const { record } = await node.decode(bolt11);
  const rows = Object.entries(record).map(([key, value]) => [
    out.style.bold(key),
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return { json: record, text: columns(rows) };
}
