import type { PeerChannel } from '../rpc/lightning-types.js';
import type { LightningNode } from './node.js';

/** A channel that goes on once there is a block, or once somebody does something: nothing to wait for. */
export interface Pending {
  /** Whose channel it is, as they see it. */
  readonly nodes: readonly string[];
  readonly channel_id: string | null;
  readonly short_channel_id: string | null;
  readonly state: string;
  /** What it awaits, in a person's words. */
  readonly awaits: string;
}

const AWAITING = /AWAITING_LOCKIN$/;
const CLOSED = new Set(['CLOSINGD_COMPLETE', 'AWAITING_UNILATERAL']);

/** What a channel awaits; the first that is true of it. */
const AWAITS: readonly {
  readonly isTrueOf: (channel: PeerChannel, isKnown: boolean) => boolean;
  readonly what: (channel: PeerChannel) => string;
}[] = [
  {
    isTrueOf: ({ state }, isKnown) => AWAITING.test(state) && !isKnown,
    what: () => 'its funding transaction, which bitcoind has not got: close it',
  },
  { isTrueOf: ({ state }) => AWAITING.test(state), what: () => 'a block: ln-play mine' },
  { isTrueOf: ({ state }) => CLOSED.has(state), what: () => 'a block with its closing transaction: ln-play mine' },
  {
    isTrueOf: ({ htlcs }) => (htlcs?.length ?? 0) > 0,
    what: ({ htlcs = [] }) => `${htlcs.length} ${htlcs.length === 1 ? 'payment' : 'payments'} that somebody holds`,
  },
];

/**
 * What is left to do once nothing moves by itself any more.
 *
 * @param isKnown whether bitcoind has a channel's funding transaction
 */
export async function pendingOf(
  nodes: readonly LightningNode[],
  isKnown: (channel: PeerChannel) => Promise<boolean>,
): Promise<Pending[]> {
  const found = new Map<string, Pending>();
  for (const node of nodes)
    for (const channel of await node.channels()) {
      const { channel_id = null, short_channel_id = null, state } = channel;
      const known = !AWAITING.test(state) || (await isKnown(channel));
      const awaits = AWAITS.find(({ isTrueOf }) => isTrueOf(channel, known))?.what(channel);
      if (awaits === undefined) continue;
      const key = `${channel_id} ${awaits}`;
      const nodesOf = [...(found.get(key)?.nodes ?? []), node.name];
      found.set(key, { nodes: nodesOf, channel_id, short_channel_id, state, awaits });
    }
  return [...found.values()];
}
