import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Lightningd } from '../daemons/lightningd.js';
import type { CallOptions } from '../rpc/lightning-socket.js';

/** How a node shows an HTLC that a plugin has not decided on yet (lightningd/peer_htlcs.c). */
const HELD = /^Waiting for the htlc_accepted hook of plugin (.+)$/;
/** A plugin that holds nothing may be asked just now: what it answers within this time is not held, in ms. */
const ANSWERED_MS = 500;
const INTERVAL_MS = 50;

/**
 * How many payments wait for a plugin's htlc_accepted hook (lightning-listpeerchannels(7)), by their payment hashes. Should
 * the plugin end now, its node goes on as if it had said `continue` to each.
 *
 * @param plugins their files or names
 */
export async function heldPayments(
  node: Lightningd,
  plugins: readonly string[],
  call: CallOptions = {},
): Promise<number> {
  const until = performance.now() + ANSWERED_MS;
  for (;;) {
    const count = await countHeld(node, new Set(plugins.map((plugin) => basename(plugin))), call);
    if (count === 0 || performance.now() >= until) return count;
    await delay(INTERVAL_MS);
  }
}

async function countHeld(node: Lightningd, names: ReadonlySet<string>, call: CallOptions): Promise<number> {
  const { channels } = await node.rpc.call('listpeerchannels', {}, call);
  const held = channels
    .flatMap(({ htlcs = [] }) => htlcs)
    .filter(({ status }) => names.has(HELD.exec(status ?? '')?.[1] ?? ''));
  return new Set(held.map(({ payment_hash }) => payment_hash)).size;
}

/** `1 payment`, `2 payments`. */
export const payments = (count: number): string => `${count} payment${count === 1 ? '' : 's'}`;
