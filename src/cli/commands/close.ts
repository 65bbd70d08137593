import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [from, to] = args as [string, string];
  const playground = await Playground.open(options.dir, context);
  const closed = await playground.closeChannel(playground.node(from), playground.node(to));
  const { green, bold, dim } = out.style;
  return {
    json: { from, to, ...closed },
    text: `${green('✔')} channel ${bold(closed.short_channel_id)} closed (${closed.type}) by ${dim(closed.txid ?? 'no transaction')}`,
  };
}
