import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const [from, to] = args as [string, string];
  const playground = await Playground.open(options.dir, context.playground);
  const closed = await playground.closeChannel(playground.node(from), playground.node(to), {
    channel: textOption(context, 'channel'),
    force: options['force'] === true,
  });
  const { green, bold, dim } = out.style;
  return {
    json: { from, to, ...closed },
    text: `${green('✔')} channel ${bold(closed.short_channel_id ?? closed.channel_id)} closed (${closed.type}) by ${dim(closed.txid ?? 'no transaction')}`,
  };
}
