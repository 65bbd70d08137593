import type { Coin } from '../../nodes/node.js';
import { costSat, DUST_SAT, USUAL_FEERATE } from '../limits.js';
import type { ChannelSpec, NodeSpec } from '../spec.js';

/** What a new node gets beside what its channels need: to open another by hand, and to pay for the end of one. */
const SPARE_SAT = 10_000_000n;
/** What is sent for a channel is a multiple of this. */
const ROUND_SAT = 100_000n;

/** Of a channel's funding transaction. */
export const feerateOf = ({ feerate = USUAL_FEERATE }: ChannelSpec): string => feerate;

/** What the coin must have that pays for a channel. */
export const needSat = (channel: ChannelSpec): bigint => costSat(channel.capacitySat, feerateOf(channel));

const sentFor = (channel: ChannelSpec): bigint => ((needSat(channel) + ROUND_SAT - 1n) / ROUND_SAT) * ROUND_SAT;

/**
 * One coin for each channel that a node is to open: the smallest that is enough. So its channels are opened at once, none
 * waits for another's change, and a channel that was asked for twice is there once, since its coin is spent once.
 *
 * @returns the coin of each channel; a channel that there is none for is not in it
 */
export function assignCoins(channels: readonly ChannelSpec[], coins: readonly Coin[]): Map<ChannelSpec, Coin> {
  const free = coins
    .filter(({ status, reserved }) => status === 'confirmed' && !reserved)
    .toSorted((a, b) => compare(a.amountMsat, b.amountMsat) || compare(nameOf(a), nameOf(b)));
  const assigned = new Map<ChannelSpec, Coin>();
  for (const channel of channels.toSorted((a, b) => compare(b.capacitySat, a.capacitySat))) {
    const index = free.findIndex(({ amountMsat }) => amountMsat >= needSat(channel) * 1_000n);
    if (index !== -1) assigned.set(channel, free.splice(index, 1)[0]!);
  }
  return assigned;
}

/**
 * What a node is to be sent, in sat, an output each: a coin for each channel that has none, and for a new node the rest of
 * what its spec says, or something to spare.
 */
export function outputsFor(spec: NodeSpec | undefined, isNew: boolean, channels: readonly ChannelSpec[]): bigint[] {
  const wanted = isNew ? spec?.fundSat : undefined;
  if (wanted === undefined) return [...channels.map(sentFor), ...(isNew ? [SPARE_SAT] : [])];
  const exact = channels.map(needSat);
  const rest = wanted - exact.reduce((sum, amount) => sum + amount, 0n);
  return rest >= DUST_SAT ? [...exact, rest] : exact;
}

const nameOf = ({ txid, output }: Coin): string => `${txid}:${output}`;

const compare = <T extends bigint | string>(a: T, b: T): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
