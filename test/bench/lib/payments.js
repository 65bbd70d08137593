import { timed } from './samples.js';

const AMOUNT_MSAT = 10_000n;

/** How long one payment takes from l2 to l1, in ms; its invoice is there already. */
export async function payment({ l1, l2 }) {
  const { bolt11 } = await l1.invoice(AMOUNT_MSAT);
  return await timed(() => l2.rpc.call('pay', { bolt11 }));
}

/** How long so many payments take that are sent at once. */
export async function payments(count, { l1, l2 }) {
  const invoices = await Promise.all(Array.from({ length: count }, () => l1.invoice(AMOUNT_MSAT)));
  return await timed(() => Promise.all(invoices.map(({ bolt11 }) => l2.rpc.call('pay', { bolt11 }))));
}
