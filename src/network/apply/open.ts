import { throwIfAborted } from '../../core/errors.js';
import { inParallel } from '../../core/in-parallel.js';
import type { Coin } from '../../nodes/node.js';
import { fundChannel } from '../channels.js';
import type { Network } from '../network.js';
import type { ChannelSpec } from '../spec.js';
import { feerateOf } from './funds.js';

/** How many channels are opened at once: each takes a process of Core Lightning's at either end. */
const AT_ONCE = 24;

/** A channel that could not be opened, and why. */
export interface FailedOpening {
  readonly channel: ChannelSpec;
  readonly error: unknown;
}

/**
 * Opens channels at once; those between the same two nodes one after the other, since two nodes agree on one at a time. All
 * funding transactions are in bitcoind's mempool when this returns.
 *
 * @param coins of each channel; one that has none pays with what its node chooses
 * @returns those that failed; the others are opened all the same
 */
export async function openChannels(
  network: Network,
  channels: readonly ChannelSpec[],
  coins: ReadonlyMap<ChannelSpec, Coin>,
): Promise<FailedOpening[]> {
  const groups = new Map<string, ChannelSpec[]>();
  for (const channel of channels) {
    const pair = [channel.from, channel.to].toSorted().join(' ');
    groups.set(pair, [...(groups.get(pair) ?? []), channel]);
  }
  const failed: FailedOpening[] = [];
  await inParallel(
    AT_ONCE,
    Array.from(groups.values(), (group) => async () => {
      for (const channel of group)
        try {
          throwIfAborted(network.wait.signal);
          await openOne(network, channel, coins.get(channel));
        } catch (error) {
          failed.push({ channel, error });
        }
    }),
  );
  throwIfAborted(network.wait.signal);
  return failed;
}

async function openOne(network: Network, channel: ChannelSpec, coin: Coin | undefined): Promise<void> {
  const { capacitySat, pushMsat, confirmations } = channel;
  await fundChannel(
    network.bitcoind,
    network.node(channel.from),
    network.node(channel.to),
    {
      capacitySat,
      feerate: feerateOf(channel),
      announce: channel.private !== true,
      pushMsat,
      confirmations,
      coins: coin && [coin],
    },
    network.wait,
  );
}
