import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ options, out, playground: context }: CommandContext): Promise<Reply> {
  const playground = await Playground.open(options.dir, context);
  const height = await playground.settle();
  const names = playground.nodes.map(({ name }) => name).join(', ');
  const pending = await playground.pending();
  const rest = pending.length === 0 ? ', all channels settled' : '; not waited for:';
  return {
    json: { blockheight: height, pending },
    text: [
      `${out.style.green('✔')} ${names} are at block ${height}${rest}`,
      ...pending.map(
        (each) => `  ${each.short_channel_id ?? each.channel_id} of ${each.nodes.join(', ')} awaits ${each.awaits}`,
      ),
    ].join('\n'),
  };
}
