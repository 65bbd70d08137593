import { AMOUNT_HINT, parseAmountMsat } from '../../cln/amounts.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { positive } from '../job.js';

const HINT = `${AMOUNT_HINT}; any leaves it to the payer`;

/** In text it prints the bolt11 alone, so that it can stand in another command line. */
export async function run(context: CommandContext): Promise<Reply> {
  const [name, amount, description] = context.args as [string, string, string | undefined];
  const amountMsat =
    amount === 'any' ? undefined : positive(parseAmountMsat(amount, undefined, 'msat', HINT), undefined, amount);
  const label = textOption(context, 'label');
  const playground = await Playground.open(context.options.dir, context.playground);
  const node = playground.node(name);
  const invoice = await node.invoice(amountMsat, { label, description });
  const { bolt11, paymentHash: payment_hash, expiresAt: expires_at } = invoice;
  return { json: { label: invoice.label, bolt11, payment_hash, expires_at }, text: bolt11 };
}
