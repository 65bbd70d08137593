import { formatMsat } from '../../core/amounts.js';
import { parseAmountMsat } from '../../cln/amounts.js';
import { LnPlayError } from '../../core/errors.js';
import { channelBetween } from '../../network/channels.js';
import { Playground } from '../../network/playground.js';
import { TALK } from '../../network/talk.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { jobNodes, positive } from '../job.js';

export async function run(context: CommandContext): Promise<Reply> {
  const amount = textOption(context, 'amount');
  const amountMsat =
    amount === undefined ? TALK.amountMsat : positive(parseAmountMsat(amount, '--amount', 'msat'), '--amount', amount);
  const playground = await Playground.open(context.options.dir, context.playground);
  const ends = jobNodes(context, playground);
  const { from, to } = ends;
  const channel = await playground.step('look for a channel', [from, to], () => channelBetween(from, to));
  if (playground.nodes.length === 2 && !channel)
    throw new LnPlayError('STATE', `There is no open channel between ${from.name} and ${to.name}`, {
      hint: 'open one first: ln-play fund-and-channel',
    });
  const { bolt11, payment, invoice } = await playground.payDemo({ ...ends, amountMsat });
  const { style } = context.out;
  return {
    json: { bolt11, payment: payment.record, invoice: invoice.record },
    text: [
      `  ${to.name} made ${style.dim(bolt11)}`,
      `  ${from.name} paid ${formatMsat(payment.amountMsat)}, preimage ${style.dim(payment.preimage)}`,
      `${style.green('✔')} ${to.name} shows the invoice ${invoice.status}`,
    ].join('\n'),
    exitCode: payment.status === 'complete' && invoice.status === 'paid' ? 0 : 1,
  };
}
