import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { perKwOf, wholeNumber } from '../job.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { args, options, out } = context;
  const blocks = wholeNumber(args[0] ?? '3', undefined, { min: 0, max: 100 });
  const feeratePerKw = perKwOf(textOption(context, 'feerate') ?? '5000perkw', '--feerate');
  const playground = await Playground.open(options.dir, context.playground);
  const { transactions, vbytes, blockheight } = await playground.fillMempool(blocks, feeratePerKw);
  const json = { blocks, feerate_perkw: blocks === 0 ? null : feeratePerKw, transactions, vbytes, blockheight };
  const done = `${out.style.green('✔')} `;
  if (blocks === 0) return { json, text: `${done}nothing is left of what the mempool was filled with` };
  const many = `${transactions} transactions that pay ${feeratePerKw}perkw wait, ${(vbytes / 1e6).toFixed(1)} MvB`;
  const until = `for about ${blocks} ${blocks === 1 ? 'block' : 'blocks'} what pays less waits too`;
  return { json, text: `${done}${many}: ${until}, or until \`ln-play fill-mempool 0\`` };
}
