import type { Invoice, LightningNode, Payment } from '../nodes/node.js';
import { connectNodes, type OpenChannel } from './channels.js';
import { assertNotDust, assertOpenable, USUAL_FEERATE } from './limits.js';
import type { Network } from './network.js';
import { waitForPaid } from './waits.js';

/** The talk's own numbers: 10 BTC to l2, a channel of 0.042 BTC to l1 at 253perkw, an invoice of 24 msat. */
export const TALK = {
  fundSat: 10n * 100_000_000n,
  capacitySat: 4_200_000n,
  feerate: USUAL_FEERATE,
  amountMsat: 24n,
} as const;

export interface FundAndChannelOptions {
  /** Who is funded and opens the channel, and who is at its other end. */
  readonly from: LightningNode;
  readonly to: LightningNode;
  readonly fundSat?: bigint | undefined;
  readonly capacitySat?: bigint | undefined;
  readonly feerate?: string | undefined;
}

/** Funds a node, opens a channel from it, and waits until both ends carry payments: a block for each of the two. */
export async function fundAndChannel(network: Network, options: FundAndChannelOptions): Promise<OpenChannel> {
  const { from, to, fundSat = TALK.fundSat, capacitySat = TALK.capacitySat, feerate = TALK.feerate } = options;
  assertNotDust(fundSat);
  assertOpenable(capacitySat, feerate);
  const connected = network.step('connect', [from, to], () => connectNodes(from, to));
  connected.catch(() => {}); // awaited below, unless funding fails first
  await network.fund(from, fundSat);
  await connected;
  return await network.openChannel(from, to, { capacitySat, feerate });
}

export interface PayDemoOptions {
  readonly from: LightningNode;
  readonly to: LightningNode;
  readonly amountMsat?: bigint | undefined;
}

/** One node makes an invoice, the other pays it, and the first shows it paid. */
export async function payDemo(
  network: Network,
  { from, to, amountMsat = TALK.amountMsat }: PayDemoOptions,
): Promise<{ bolt11: string; payment: Payment; invoice: Invoice }> {
  const description = 'ln-play demo';
  const { bolt11, paymentHash } = await network.step('invoice', [to], () => to.invoice(amountMsat, { description }));
  const payment = await network.step('pay', [from, to], () => from.pay(bolt11, undefined, network.wait));
  const invoice = await network.step('paid', [to], () => waitForPaid(to, paymentHash, network.wait));
  return { bolt11, payment, invoice };
}
