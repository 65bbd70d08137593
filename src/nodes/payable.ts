import { formatMsat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';
import type { LightningNode } from './node.js';

/** regtest's prefix of bech32 addresses and of BOLT #11 invoices (`lnbcrt`). */
const REGTEST_PREFIX = 'bcrt';

/** An invoice as an error names it. */
export const shorten = (bolt11: string): string =>
  bolt11.length > 40 ? `${bolt11.slice(0, 24)}…${bolt11.slice(-8)}` : bolt11;

/**
 * Looks whether a node can pay an invoice, before anything is sent: of regtest, not expired, not paid before.
 *
 * @param amountMsat for an invoice that leaves the amount to the payer
 * @throws {LnPlayError} USAGE for what is no invoice; INVALID
 */
export async function assertPayable(
  node: LightningNode,
  bolt11: string,
  amountMsat: bigint | undefined,
): Promise<void> {
  const invoice = await node.decode(bolt11);
  const refuse = (why: string, hint: string): never => {
    throw new LnPlayError('INVALID', `Invoice ${shorten(bolt11)} ${why}`, { hint });
  };
  if (invoice.kind !== 'bolt11') return;
  if (invoice.network !== REGTEST_PREFIX)
    refuse(
      `is for the network with prefix ${JSON.stringify(invoice.network)}, not regtest`,
      'a playground pays regtest invoices only: they begin with lnbcrt',
    );
  if (invoice.payee === (await node.id())) refuse(`is ${node.name}'s own`, 'have another node pay it');
  if (invoice.expiresAt * 1000 < Date.now())
    refuse(`expired at ${new Date(invoice.expiresAt * 1000).toISOString()}`, 'make a new one with `ln-play invoice`');
  const asked = invoice.amountMsat;
  if (asked === undefined && amountMsat === undefined)
    refuse('leaves the amount to the payer', 'say how much: ln-play pay NODE BOLT11 --amount 10sat');
  if (asked !== undefined && amountMsat !== undefined && asked !== amountMsat)
    refuse(`asks for ${formatMsat(asked)}, not ${formatMsat(amountMsat)}`, 'leave out --amount');
  if (invoice.paymentHash !== undefined && (await node.payment(invoice.paymentHash))?.status === 'complete')
    refuse(`is paid already, by ${node.name}`, 'make a new one with `ln-play invoice`');
}
