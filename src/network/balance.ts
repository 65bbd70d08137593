import { LnPlayError } from '../core/errors.js';
import { waitFor, type Probe, type WaitOptions } from '../core/wait.js';
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
  const { capacityMsat, wantedMsat, ...state } = stateOf(from, to, channels, share);
  let { afterMsat, why } = state;
  for (let tries = 0; distance(afterMsat, wantedMsat) >= CLOSE_ENOUGH_MSAT; tries++) {
    const [payer, payee] = afterMsat > wantedMsat ? [from, to] : [to, from];
    const open = (await between(payer, payee)).filter(({ connected }) => connected);
    const amountMsat = least(
      distance(afterMsat, wantedMsat),
      sum(open, ({ spendableMsat }) => spendableMsat),
    );
    if (open.length === 0) why = `they are not connected: ln-play connect ${from.name} ${to.name}`;
    else if (amountMsat < CLOSE_ENOUGH_MSAT)
      why = `${payer.name} has no more to spend in it: a reserve and the fees stay`;
    else if (tries === TRIES) why = `${TRIES} payments did not bring it about: other payments go through it`;
    else why = await shift(payer, payee, amountMsat, wait);
    if (why !== undefined) break;
    afterMsat = sum(await between(from, to), ({ oursMsat }) => oursMsat);
  }
  return { from: from.name, to: to.name, capacityMsat, beforeMsat: state.beforeMsat, afterMsat, wantedMsat, why };
}

/** Has one pay the other, and waits until neither has the payment under way. @returns why it failed, if it did */
async function shift(
  payer: LightningNode,
  payee: LightningNode,
  amountMsat: bigint,
  wait: WaitOptions,
): Promise<string | undefined> {
  const { bolt11, paymentHash } = await payee.invoice(amountMsat, { description: 'ln-play balance' });
  try {
    await payer.pay(bolt11, undefined, wait);
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code !== 'RPC') throw error;
    return error.message;
  }
  const isUnderWay = async (node: LightningNode): Promise<boolean> =>
    (await node.channels()).some(({ payments }) => payments.some(({ hash }) => hash === paymentHash));
  const settled = async (): Promise<Probe<void>> => {
    const ends = await Promise.all([payer, payee].map(async (node) => ({ node, holds: await isUnderWay(node) })));
    const holds = ends.filter((end) => end.holds).map(({ node }) => node.name);
    return holds.length === 0 ? { done: undefined } : { seen: `under way at ${holds.join(', ')}` };
  };
  await waitFor(`the payment from ${payer.name} to ${payee.name} to be settled`, settled, wait);
  return undefined;
}

/** What is before anything is done. @param channels as `from` sees them */
function stateOf(from: LightningNode, to: LightningNode, channels: readonly Channel[], share: number): Balanced {
  const capacityMsat = sum(channels, ({ capacityMsat: all }) => all);
  const beforeMsat = sum(channels, ({ oursMsat }) => oursMsat);
  const wantedMsat = (capacityMsat * BigInt(Math.round(share * 1_000_000))) / 1_000_000n;
  const names = { from: from.name, to: to.name };
  return { ...names, capacityMsat, beforeMsat, afterMsat: beforeMsat, wantedMsat, why: undefined };
}

/**
 * As `balance`, of all nodes that have channels with each other, one pair after the other. Of a node that does not run it
 * says that.
 */
export async function balanceAll(
  nodes: readonly LightningNode[],
  share: number,
  wait: WaitOptions,
): Promise<readonly Balanced[]> {
  const running = new Set(nodes.filter(({ daemon }) => daemon.attach()));
  const done: Balanced[] = [];
  for (const [index, first] of nodes.entries())
    for (const second of nodes.slice(index + 1)) {
      const [from, to] = running.has(first) ? [first, second] : [second, first];
      if (!running.has(from)) continue;
      const channels = await between(from, to);
      if (channels.length === 0) continue;
      if (running.has(to)) done.push(await balance(from, to, share, wait));
      else done.push({ ...stateOf(from, to, channels, share), why: `${to.name} does not run: ln-play up` });
    }
  if (done.length === 0)
    throw new LnPlayError('STATE', 'There is no channel that carries payments', {
      hint: 'open one: ln-play open NODE NODE 0.01btc',
    });
  return done;
}

/** The channels that carry payments, as the first sees them: it runs, the other need not. */
async function between(from: LightningNode, to: LightningNode): Promise<Channel[]> {
  const id = to.daemon.attach() ? await to.id() : await to.formerId();
  return id === undefined ? [] : (await from.channels(id)).filter(({ usable }) => usable);
}

const sum = (channels: readonly Channel[], of: (channel: Channel) => bigint): bigint =>
  channels.reduce((all, channel) => all + of(channel), 0n);
const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
