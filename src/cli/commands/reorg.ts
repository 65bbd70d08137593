import { Playground } from '../../network/playground.js';
import type { Reorg, ReorgEnd } from '../../network/weather/reorg.js';
import { listOption, textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';
import type { Output } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const depth = wholeNumber(args[0] ?? '1', undefined, { min: 1, max: 10_000 });
  const longerBy = wholeNumber(textOption(context, 'longerBy') ?? '1', '--longer-by', { min: 1, max: 10_000 });
  const drop = listOption(context, 'drop').flatMap((text) => text.split(','));
  const playground = await Playground.open(options.dir, context.playground);
  const reorg = await playground.reorg(depth, { longerBy, drop, keepMempool: options['keepMempool'] === true });
  return { json: reorg, text: reorgText(reorg, out) };
}

const FUNDING = {
  mined: 'its funding is in a block again',
  mempool: 'its funding waits in the mempool',
  gone: 'its funding is gone for good',
} as const;

function reorgText({ blockheight, replaced, mined, transactions, channels }: Reorg, { style }: Output): string {
  const { green, bold, dim } = style;
  const counts = Object.entries({
    'mined again': transactions.mined.length,
    'in the mempool': transactions.mempool.length,
    'gone for good': transactions.gone.length,
  }).filter(([, count]) => count > 0);
  const end = ({ node, before, after }: ReorgEnd): string => {
    const was = `${before.short_channel_id ?? 'no id'} ${before.state}`;
    const is = after ? `${after.short_channel_id ?? 'no id'} ${after.state}` : 'knows nothing of it';
    return `  ${bold(node)}  ${was === is ? `${is}, as before` : `${was} → ${is}`}`;
  };
  return [
    `${green('✔')} ${replaced} ${replaced === 1 ? 'block' : 'blocks'} replaced by ${mined}: every node is at block ${blockheight}`,
    ...(counts.length > 0
      ? [dim(`transactions: ${counts.map(([what, count]) => `${count} ${what}`).join(', ')}`)]
      : []),
    ...channels.flatMap(({ channel_id, funding, ends }) => [
      '',
      `channel ${dim(channel_id.slice(0, 13))}: ${FUNDING[funding]}`,
      ...ends.map(end),
    ]),
  ].join('\n');
}
