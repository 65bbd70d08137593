import { formatMsat, satToBtc } from '../core/amounts.js';
import { LnPlayError, messageOf } from '../core/errors.js';
import { waitFor, type Probe, type WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import { isBitcoinError } from '../rpc/bitcoind.js';
import { LightningRpcError } from '../rpc/lightning-socket.js';
import { assertOpenable, costSat, roundUp } from './limits.js';
import { isUsable, type LightningNode } from './node.js';
import type { Edge } from './spec.js';

/** lightning-fundchannel(7): 301 "There are not enough funds in the internal wallet", 313 below the emergency reserve. */
const CANNOT_AFFORD = new Set([301, 313]);

/** How long two nodes that are connected may take to agree on their channels, in ms. */
const TOGETHER_MS = 10_000;

export interface OpenOptions {
  readonly capacitySat: bigint;
  /** As lightningd takes it: `253perkw`. */
  readonly feerate?: string | undefined;
  /** Tell the network of it (after 6 blocks); true by default. */
  readonly announce?: boolean | undefined;
}

/** A channel whose funding transaction waits for its block. */
export interface FundedChannel {
  readonly channelId: string;
  readonly fundingTxid: string;
}

/** A channel that carries payments on both ends. */
export interface OpenChannel {
  readonly shortChannelId: string;
  readonly channelId: string;
  readonly fundingTxid: string;
  readonly capacityMsat: bigint;
}

/** Connects `from` to `to`, where they are not connected yet. */
export async function connectNodes(from: LightningNode, to: LightningNode): Promise<void> {
  if (from.name === to.name)
    throw new LnPlayError('USAGE', `${from.name} cannot connect to itself`, { hint: 'name two different nodes' });
  const [id, host] = (await to.address()).split('@');
  await from.lightningd.daemon.guard(() => from.rpc.call('connect', { id: `${id}@${host}` }));
}

/**
 * Connects what belongs together: the edges of the network, and those with a channel between them. A node that
 * listens on a unix socket is not found again by itself: lightningd keeps no such address.
 *
 * @param only pairs with this node alone
 */
export async function reconnect(
  nodes: readonly LightningNode[],
  edges: readonly Edge[],
  wait: WaitOptions,
  only?: LightningNode,
): Promise<void> {
  const byId = new Map(await Promise.all(nodes.map(async (node) => [await node.id(), node] as const)));
  const pairs: (readonly [LightningNode, LightningNode])[] = [];
  const add = (from: LightningNode, to: LightningNode): void => {
    const isThere = pairs.some((pair) => pair.includes(from) && pair.includes(to));
    if (!isThere && (!only || from === only || to === only)) pairs.push([from, to]);
  };
  for (const [a, b] of edges) {
    const [from, to] = [a, b].map((name) => nodes.find((node) => node.name === name));
    if (from && to) add(from, to);
  }
  const channels = await Promise.all(nodes.map(async (node) => ({ node, channels: await node.channels() })));
  for (const { node, channels: own } of channels)
    for (const { peer_id } of own) {
      const peer = byId.get(peer_id);
      if (peer) add(node, peer);
    }
  await Promise.all(
    pairs.map(async ([from, to]) => {
      await connectNodes(from, to);
      await waitForEachOther(from, to, wait);
    }),
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
    if (peer.num_channels === 0) return { done: undefined };
    const [ours, theirs] = await Promise.all([from.channels(toId), to.channels(fromId)]);
    const common = ours.flatMap((channel) => {
      const other = theirs.find(({ channel_id: id }) => id === channel.channel_id);
      return other && isUsable(channel) && isUsable(other) ? [channel, other] : [];
    });
    return common.every(({ reestablished }) => reestablished !== false)
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
  { capacitySat, feerate, announce }: OpenOptions,
  wait?: WaitOptions,
): Promise<FundedChannel> {
  if (from.name === to.name)
    throw new LnPlayError('USAGE', `${from.name} cannot open a channel to itself`, {
      hint: 'name two different nodes',
    });
  assertOpenable(capacitySat, feerate);
  await connectNodes(from, to);
  const id = await to.id();
  const params = {
    id,
    amount: `${capacitySat}sat`,
    ...(feerate ? { feerate } : {}),
    ...(announce === false ? { announce } : {}),
  };
  let funded;
  try {
    funded = await from.lightningd.daemon.guard(() => from.rpc.call('fundchannel', params, wait));
  } catch (error) {
    throw await explain(error, from, capacitySat, feerate);
  }
  await waitForMempool(bitcoind, funded.txid, wait);
  return { channelId: funded.channel_id, fundingTxid: funded.txid };
}

/** Waits until both ends of a channel carry payments. */
export async function waitForBothEnds(
  from: LightningNode,
  to: LightningNode,
  { channelId, fundingTxid }: FundedChannel,
  wait?: WaitOptions,
): Promise<OpenChannel> {
  const [channel] = await Promise.all([from.waitForChannel(channelId, wait), to.waitForChannel(channelId, wait)]);
  return {
    channelId,
    fundingTxid,
    shortChannelId: channel.short_channel_id!,
    capacityMsat: BigInt(channel.total_msat ?? 0),
  };
}

/** The usable channel of the most spendable msat from one node to the other, if any. */
export async function channelBetween(from: LightningNode, to: LightningNode) {
  const channels = (await from.channels(await to.id())).filter(isUsable);
  return channels.sort((a, b) => (b.spendable_msat ?? 0) - (a.spendable_msat ?? 0))[0];
}

/** Waits until bitcoind has the transaction: in its mempool, or in a block that somebody mined meanwhile. */
export async function waitForMempool(bitcoind: Bitcoind, txid: string, wait?: WaitOptions): Promise<void> {
  await waitFor<void>(
    `bitcoind to have transaction ${txid}`,
    async () => {
      try {
        await bitcoind.daemon.guard(() => bitcoind.rpc.call('getrawtransaction', [txid]));
        return { done: undefined };
      } catch (error) {
        if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return { seen: messageOf(error) };
        throw error;
      }
    },
    wait,
  );
}

async function explain(
  error: unknown,
  from: LightningNode,
  capacitySat: bigint,
  feerate: string | undefined,
): Promise<unknown> {
  if (!(error instanceof LightningRpcError) || !CANNOT_AFFORD.has(error.rpcCode)) return error;
  const { outputs } = await from.rpc.call('listfunds');
  const spendable = outputs.filter(({ status, reserved }) => status === 'confirmed' && !reserved);
  const hasMsat = spendable.reduce((sum, output) => sum + BigInt(output.amount_msat), 0n);
  const missing = roundUp(costSat(capacitySat, feerate) - hasMsat / 1_000n);
  return new LnPlayError(
    'INVALID',
    `${from.name} cannot fund a channel of ${satToBtc(capacitySat)}btc: its wallet has ${formatMsat(hasMsat)} to spend`,
    { hint: `fund it first: ln-play fund ${from.name} ${missing}`, cause: error },
  );
}
