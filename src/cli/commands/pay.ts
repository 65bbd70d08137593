import { formatMsat } from '../../core/amounts.js';
import { parseAmountMsat } from '../../cln/amounts.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { positive } from '../job.js';

export async function run(context: CommandContext): Promise<Reply> {
  const [name, bolt11] = context.args as [string, string];
  const amount = textOption(context, 'amount');
  const amountMsat =
    amount === undefined ? undefined : positive(parseAmountMsat(amount, '--amount', 'msat'), '--amount', amount);
  const playground = await Playground.open(context.options.dir, context.playground);
  const node = playground.node(name);
  const payment = await playground.step('pay', [node], () => node.pay(bolt11, amountMsat, playground.wait));
  const { style } = context.out;
  const paid = formatMsat(payment.amountMsat);
  return {
    json: payment.record,
    text: `${style.green('✔')} ${name} paid ${paid}, preimage ${style.dim(payment.preimage)}`,
    exitCode: payment.status === 'complete' ? 0 : 1,
  };
}
