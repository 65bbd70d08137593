import { LnPlayError } from '../core/errors.js';
import type { WaitOptions } from '../core/wait.js';
import type { Channel, LightningNode } from '../nodes/node.js';

/** What became of the channels between two nodes; shares are what is the first one's of all that both have. */
export interface Balanced {
  readonly from: string;
  readonly to: string;
  readonly capacityMsat: bigint;
  readonly beforeMsat: bigint;
  readonly afterMsat: bigint;
  /** What the first was to have. */
  readonly wantedMsat: bigint;
  /** Why it has something else; undefined if it has what it was to have. */
  readonly why: string | undefined;
}

/** Less than this is not worth a payment, in msat. */
const CLOSE_ENOUGH_MSAT = 1_000n;
/** How many payments may be tried: fees and reserves change what can be sent as it is sent. */
const TRIES = 3;

/**
 * Shifts what is in the channels between two nodes by payments from one to the other, until the first has its share.
 *
 * @param share of the first one, from 0 to 1
 * @throws {LnPlayError} STATE if there is no channel between them that carries payments
 */
export async function balance(
  from: LightningNode,
  to: LightningNode,
  share: number,
  wait: WaitOptions,
): Promise<Balanced> {
  const channels = await between(from, to);
  if (channels.length === 0)
    throw new LnPlayError('STATE', `There is no channel between ${from.name} and ${to.name} that carries payments`, {
      hint: `open one: ln-play open ${from.name} ${to.name} 0.01btc`,
    });
  const capacityMsat = sum(channels, ({ capacityMsat: all }) => all);
  const beforeMsat = sum(channels, ({ oursMsat }) => oursMsat);
  const wantedMsat = (capacityMsat * BigInt(Math.round(share * 1_000_000))) / 1_000_000n;
  let why: string | undefined;
  let afterMsat = beforeMsat;
  for (let tries = 0; tries < TRIES && distance(afterMsat, wantedMsat) >= CLOSE_ENOUGH_MSAT; tries++) {
    const [payer, payee] = afterMsat > wantedMsat ? [from, to] : [to, from];
    const spendable = sum(await between(payer, payee), ({ spendableMsat }) => spendableMsat);
    const amountMsat = least(distance(afterMsat, wantedMsat), spendable);
    if (amountMsat < CLOSE_ENOUGH_MSAT) {
      why = `${payer.name} has no more to spend in it: a reserve and the fees stay`;
      break;
    }
    try {
      const { bolt11 } = await payee.invoice(amountMsat, { description: 'ln-play balance' });
      await payer.pay(bolt11, undefined, wait);
    } catch (error) {
      if (!(error instanceof LnPlayError) || error.code !== 'RPC') throw error;
      why = error.message;
      break;
    }
    afterMsat = sum(await between(from, to), ({ oursMsat }) => oursMsat);
  }
  return { from: from.name, to: to.name, capacityMsat, beforeMsat, afterMsat, wantedMsat, why };
}

/** As `balance`, of all nodes that have channels with each other, one pair after the other. */
export async function balanceAll(
  nodes: readonly LightningNode[],
  share: number,
  wait: WaitOptions,
): Promise<readonly Balanced[]> {
  const done: Balanced[] = [];
  for (const [index, from] of nodes.entries())
    for (const to of nodes.slice(index + 1))
      if ((await between(from, to)).length > 0) done.push(await balance(from, to, share, wait));
  if (done.length === 0)
    throw new LnPlayError('STATE', 'There is no channel that carries payments', {
      hint: 'open one: ln-play open NODE NODE 0.01btc',
    });
  return done;
}

const between = async (from: LightningNode, to: LightningNode): Promise<Channel[]> =>
  (await from.channels(await to.id())).filter(({ usable }) => usable);

const sum = (channels: readonly Channel[], of: (channel: Channel) => bigint): bigint =>
  channels.reduce((all, channel) => all + of(channel), 0n);
const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
