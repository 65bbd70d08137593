import type { Bitcoind } from '../daemons/bitcoind.js';
import type { Channel, LightningNode } from '../nodes/node.js';
import { isKnown } from './chain.js';

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

/** What a channel awaits; the first that is true of it. */
const AWAITS: readonly {
  readonly isTrueOf: (channel: Channel, isKnown: boolean) => boolean;
  readonly what: (channel: Channel) => string;
}[] = [
  {
    isTrueOf: ({ phase }, isThere) => phase === 'awaiting-funding' && !isThere,
    what: () => 'its funding transaction, which bitcoind has not got: close it',
  },
  { isTrueOf: ({ phase }) => phase === 'awaiting-funding', what: () => 'a block: ln-play mine' },
  { isTrueOf: ({ phase }) => phase === 'closing', what: () => 'a block with its closing transaction: ln-play mine' },
  {
    isTrueOf: ({ payments }) => payments.length > 0,
    what: ({ payments }) => `${payments.length} ${payments.length === 1 ? 'payment' : 'payments'} that somebody holds`,
  },
];

/** What is left to do once nothing moves by itself any more. */
export async function pendingOf(nodes: readonly LightningNode[], bitcoind: Bitcoind): Promise<Pending[]> {
  const found = new Map<string, Pending>();
  for (const node of nodes)
    for (const channel of await node.channels()) {
      const { id: channel_id = null, shortChannelId: short_channel_id = null, phase, state, funding } = channel;
      const isThere = phase !== 'awaiting-funding' || (!!funding && (await isKnown(bitcoind, funding.txid)));
      const awaits = AWAITS.find(({ isTrueOf }) => isTrueOf(channel, isThere))?.what(channel);
      if (awaits === undefined) continue;
      const key = `${channel_id} ${awaits}`;
      const nodesOf = [...(found.get(key)?.nodes ?? []), node.name];
      found.set(key, { nodes: nodesOf, channel_id, short_channel_id, state, awaits });
    }
  return [...found.values()];
}
