import { formatMsat, satToBtc } from '../core/amounts.js';
import { LnPlayError, messageOf } from '../core/errors.js';
import { waitFor, type Probe, type WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import {
  NotEnoughFunds,
  type Channel,
  type FundedChannel,
  type LightningNode,
  type OpenOptions,
} from '../nodes/node.js';
import { waitForMempool } from './chain.js';
import { assertOpenable, costSat, roundUp } from './limits.js';
import type { Edge } from './spec.js';
import { waitForUsable } from './waits.js';

export type { OpenOptions } from '../nodes/node.js';

/** How long two nodes that are connected may take to agree on their channels, in ms. */
const TOGETHER_MS = 10_000;

/** A channel that carries payments on both ends. */
export interface OpenChannel {
  readonly shortChannelId: string;
  readonly channelId: string;
  readonly fundingTxid: string;
  readonly capacityMsat: bigint;
}

/** Connects `from` to `to`, if they are not connected yet. */
export async function connectNodes(from: LightningNode, to: LightningNode): Promise<void> {
  if (from.name === to.name)
    throw new LnPlayError('USAGE', `${from.name} cannot connect to itself`, { hint: 'name two different nodes' });
  await from.connect(await to.address());
}

/**
 * Connects what belongs together: the edges of the network, and those with a channel between them. A node that
 * listens on a unix socket is not found again by itself: lightningd keeps no such address.
 *
 * @param only pairs with this node alone
 * @param isApart whether two nodes, by their names, are not to be connected
 */
export async function reconnect(
  nodes: readonly LightningNode[],
  edges: readonly Edge[],
  wait: WaitOptions,
  only?: LightningNode,
  isApart: (a: string, b: string) => boolean = () => false,
): Promise<void> {
  const byId = new Map(await Promise.all(nodes.map(async (node) => [await node.id(), node] as const)));
  const pairs: (readonly [LightningNode, LightningNode])[] = [];
  const add = (from: LightningNode, to: LightningNode): void => {
    const isThere = pairs.some((pair) => pair.includes(from) && pair.includes(to));
    if (isThere || (only && from !== only && to !== only) || isApart(from.name, to.name)) return;
    pairs.push([from, to]);
  };
  for (const [a, b] of edges) {
    const [from, to] = [a, b].map((name) => nodes.find((node) => node.name === name));
    if (from && to) add(from, to);
  }
  const channels = await Promise.all(nodes.map(async (node) => ({ node, channels: await node.channels() })));
  for (const { node, channels: own } of channels)
    for (const { peer: id } of own) {
      const peer = byId.get(id);
      if (peer) add(node, peer);
    }
  await Promise.all(
    pairs.map(async ([from, to]) => {
      await connectNodes(from, to);
      await waitForEachOther(from, to, wait);
    }),
  );
}

/** As `reconnect`, of nodes that may be letting go of each other just then. */
export async function reconnectAgain(
  nodes: readonly LightningNode[],
  edges: readonly Edge[],
  wait: WaitOptions,
  isApart?: (a: string, b: string) => boolean,
): Promise<void> {
  await waitFor<void>(
    'the nodes to be connected again',
    async () => {
      try {
        await reconnect(nodes, edges, wait, undefined, isApart);
        return { done: undefined };
      } catch (error) {
        if (!(error instanceof LnPlayError) || error.code !== 'RPC') throw error;
        return { seen: messageOf(error) };
      }
    },
    wait,
  );
}

/**
 * Waits until both ends know of the connection, and the channels that both hold for usable are established again. A
 * channel on which they cannot agree is no reason to wait for ever: its state tells.
 */
async function waitForEachOther(from: LightningNode, to: LightningNode, wait: WaitOptions): Promise<void> {
  const [fromId, toId] = await Promise.all([from.id(), to.id()]);
  const probe = async (): Promise<Probe<void>> => {
    const peer = await to.peer(fromId);
    if (!peer?.connected) {
      await connectNodes(from, to); // where `from` believed in a connection that is gone
      return { seen: `${to.name} not connected` };
    }
    if (peer.channelCount === 0) return { done: undefined };
    const [ours, theirs] = await Promise.all([from.channels(toId), to.channels(fromId)]);
    const common = ours.flatMap((channel) => {
      const other = theirs.find(({ id }) => id === channel.id);
      return other?.usable && channel.usable ? [channel, other] : [];
    });
    return common.every(({ established }) => established)
      ? { done: undefined }
      : { seen: 'a channel that is not established again' };
  };
  try {
    await waitFor(`${from.name} and ${to.name} to be connected`, probe, { ...wait, timeoutMs: TOGETHER_MS });
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code !== 'TIMEOUT') throw error;
  }
}

/**
 * Connects the two and funds a channel; its transaction is in bitcoind's mempool when this returns.
 *
 * @throws {LnPlayError} USAGE for a channel to oneself; INVALID for one that can't be, or when `from` has too little
 */
export async function fundChannel(
  bitcoind: Bitcoind,
  from: LightningNode,
  to: LightningNode,
  options: OpenOptions,
  wait?: WaitOptions,
): Promise<FundedChannel> {
  if (from.name === to.name)
    throw new LnPlayError('USAGE', `${from.name} cannot open a channel to itself`, {
      hint: 'name two different nodes',
    });
  assertOpenable(options.capacitySat, options.feerate);
  await connectNodes(from, to);
  let funded;
  try {
    funded = await from.open(await to.id(), options, wait);
  } catch (error) {
    throw error instanceof NotEnoughFunds ? await explain(error, from, options) : error;
  }
  await waitForMempool(bitcoind, funded.fundingTxid, wait);
  return funded;
}

/** Waits until both ends of a channel carry payments. */
export async function waitForBothEnds(
  from: LightningNode,
  to: LightningNode,
  { channelId, fundingTxid }: FundedChannel,
  wait?: WaitOptions,
): Promise<OpenChannel> {
  const ends = [waitForUsable(from, channelId, wait), waitForUsable(to, channelId, wait)] as const;
  const [{ shortChannelId, capacityMsat }] = await Promise.all(ends);
  return { channelId, fundingTxid, shortChannelId: shortChannelId!, capacityMsat };
}

/** The usable channel of the most spendable msat from one node to the other, if any. */
export async function channelBetween(from: LightningNode, to: LightningNode): Promise<Channel | undefined> {
  const channels = (await from.channels(await to.id())).filter(({ usable }) => usable);
  return channels.sort((a, b) => Number(b.spendableMsat - a.spendableMsat))[0];
}

async function explain(
  cause: NotEnoughFunds,
  from: LightningNode,
  { capacitySat, feerate }: OpenOptions,
): Promise<LnPlayError> {
  const spendable = (await from.funds()).filter(({ status, reserved }) => status === 'confirmed' && !reserved);
  const hasMsat = spendable.reduce((sum, { amountMsat }) => sum + amountMsat, 0n);
  const missing = roundUp(costSat(capacitySat, feerate) - hasMsat / 1_000n);
  return new LnPlayError(
    'INVALID',
    `${from.name} cannot fund a channel of ${satToBtc(capacitySat)}btc: its wallet has ${formatMsat(hasMsat)} to spend`,
    { hint: `fund it first: ln-play fund ${from.name} ${missing}`, cause },
  );
}
