import { formatMsat } from '../../core/amounts.js';
import { parseAmountSat } from '../../cln/amounts.js';
import { Playground } from '../../network/playground.js';
import type { CommandContext, Reply } from '../context.js';
import { positive } from '../job.js';

export async function run({ args, options, out, playground: context }: CommandContext): Promise<Reply> {
  const [node, amount] = args as [string, string];
  const amountSat = positive(parseAmountSat(amount), undefined, amount);
  const playground = await Playground.open(options.dir, context);
  const txid = await playground.fund(playground.node(node), amountSat);
  const amountMsat = amountSat * 1000n;
  return {
    json: { node, amount_msat: amountMsat, txid },
    text: `${out.style.green('✔')} ${node} got ${formatMsat(amountMsat)}, confirmed, in ${out.style.dim(txid)}`,
  };
}
