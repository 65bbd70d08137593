import type { Probe, WaitOptions } from '../core/wait.js';
import { isDeepStrictEqual } from 'node:util';
import type { Bitcoind } from '../daemons/bitcoind.js';
import type { Channel, Invoice, LightningNode } from '../nodes/node.js';
import type { FeeEstimate } from '../rpc/bitcoind-weather.js';
import { isConfirmed, isInChain, type Block } from './chain.js';

/** How often a node that is waited for is looked at, in ms. */
const LOOK_MS = 500;
/** How long a channel may take from its block to its next phase, in ms; longer, and it waits for another block. */
const LOCKIN_MS = 5_000;
/** How long a payment that both ends have committed to may take to go on, in ms; longer, and somebody holds it. */
const HELD_MS = 2_000;

/** Waits until a node has seen a block: not one of the same height that was replaced. One that is frozen is waited for no longer. */
export async function waitForBlock(
  node: LightningNode,
  bitcoind: Bitcoind,
  block: Block,
  wait: WaitOptions = {},
): Promise<void> {
  const ended = new AbortController();
  const signals = [ended.signal, ...(wait.signal ? [wait.signal] : [])];
  const seen = waitForBlockOf(node, bitcoind, block, { ...wait, signal: AbortSignal.any(signals) });
  seen.catch(() => {}); // once nobody waits for it any more
  let timer: NodeJS.Timeout | undefined;
  const frozen = new Promise<void>((resolve) => {
    timer = setInterval(() => node.daemon.isFrozen && resolve(), LOOK_MS);
  });
  try {
    await Promise.race([seen, frozen]);
  } finally {
    clearInterval(timer);
    ended.abort();
  }
}

async function waitForBlockOf(
  node: LightningNode,
  bitcoind: Bitcoind,
  block: Block,
  wait?: WaitOptions,
): Promise<void> {
  await node.daemon.waitFor(`${node.name} to see block ${block.height}`, () => sees(node, bitcoind, block), wait);
}

/**
 * Whether a node has come to a block of bitcoind's chain. Of one that can't tell the hash of its last block, the height is
 * taken for it.
 */
async function sees(node: LightningNode, bitcoind: Bitcoind, block: Block): Promise<Probe<void>> {
  const { height, hash } = await node.tip(block.height);
  if (height < block.height) return { seen: `block ${height}` };
  if (hash === undefined || hash === block.hash) return { done: undefined };
  // more was mined meanwhile, or one of the two is on another chain
  if (await isInChain(bitcoind, { height, hash })) return { done: undefined };
  return { seen: `block ${height} of another chain, ${hash}` };
}

/** Waits until a node takes these feerates for what bitcoind estimates, or the least that it makes where that is more. */
export async function waitForFeerates(
  node: LightningNode,
  estimates: readonly FeeEstimate[],
  wait?: WaitOptions,
): Promise<void> {
  await node.daemon.waitFor<void>(
    `${node.name} to see the feerates`,
    async () => {
      const { estimates: seen, floorPerKw } = await node.feerates();
      const wanted = estimates.map(({ blocks, feeratePerKw }) => ({
        blocks,
        perKw: Math.max(floorPerKw, feeratePerKw),
      }));
      if (isDeepStrictEqual(seen, wanted)) return { done: undefined };
      return { seen: seen.map(({ blocks, perKw }) => `${perKw}perkw for ${blocks} blocks`).join(', ') };
    },
    wait,
  );
}

/** Waits until its wallet has seen the outputs of this transaction confirmed, in this block or one before it. */
export async function waitForFunds(
  node: LightningNode,
  bitcoind: Bitcoind,
  txid: string,
  block: Block,
  wait?: WaitOptions,
): Promise<void> {
  await node.daemon.waitFor<void>(
    `${node.name} to see its funds of ${txid} confirmed`,
    async () => {
      const tip = await sees(node, bitcoind, block);
      const coin = (await node.funds()).find((candidate) => candidate.txid === txid);
      if (coin?.status === 'confirmed') return { done: undefined };
      if (coin) return { seen: `the output is ${coin.status}` };
      // once it knows the block, what is not there is spent already, by another command
      return 'done' in tip ? tip : { seen: `no such output at ${tip.seen}` };
    },
    wait,
  );
}

/** Waits until the channel carries payments on this end. What the other end holds back for it is asked for. */
export async function waitForUsable(node: LightningNode, channelId: string, wait?: WaitOptions): Promise<Channel> {
  return await node.daemon.waitFor<Channel>(
    `${node.name} to have channel ${channelId} normal`,
    async () => {
      const channel = (await node.channels()).find(({ id }) => id === channelId);
      if (!channel) return { seen: 'no such channel' };
      if (channel.usable) return { done: channel };
      if (channel.phase !== 'normal') return { seen: channel.state };
      if (channel.connected) await node.nudge(channel.peer);
      return { seen: `${channel.state}, no update from the other end` };
    },
    wait,
  );
}

/**
 * Waits until none of its channels is about to become another by itself: opening, closing by agreement, with its funding in
 * a block, or with a payment under way. What awaits a block, somebody's hand, or a peer that is away has settled.
 */
export async function waitForSettled(node: LightningNode, bitcoind: Bitcoind, wait?: WaitOptions): Promise<void> {
  const firstSeen = new Map<string, number>();
  const isRecent = (what: string, ms: number): boolean => {
    const since = firstSeen.get(what) ?? performance.now();
    firstSeen.set(what, since);
    return performance.now() - since < ms;
  };
  const moves = async ({ id, phase, connected, usable, funding, payments }: Channel): Promise<boolean> => {
    if (!connected) return false;
    if (phase === 'opening' || phase === 'shutting-down') return true;
    if (phase === 'normal' && !usable) return true; // the other end's update is about to come
    if (phase === 'awaiting-funding') {
      const isThere = funding !== undefined && (await isConfirmed(bitcoind, funding.txid, funding.output));
      return isThere && isRecent(id!, LOCKIN_MS);
    }
    return payments.some(({ hash, committed }) => !committed || isRecent(`${id} ${hash}`, HELD_MS));
  };
  await node.daemon.waitFor<void>(
    `${node.name}'s channels to settle`,
    async () => {
      const channels = await node.channels();
      const moving = await Promise.all(channels.map(moves));
      const first = channels.find((_, index) => moving[index]);
      if (!first) return { done: undefined };
      const { shortChannelId, id = 'a channel', state, payments } = first;
      const underWay = payments.length > 0 ? `, ${payments.length} payments under way` : '';
      return { seen: `${shortChannelId ?? id}: ${state}${underWay}` };
    },
    wait,
  );
}

/** Waits until an invoice of the node is paid, and returns its record. */
export async function waitForPaid(node: LightningNode, paymentHash: string, wait?: WaitOptions): Promise<Invoice> {
  return await node.daemon.waitFor<Invoice>(
    `${node.name} to have invoice ${paymentHash} paid`,
    async () => {
      const invoice = await node.invoiceByHash(paymentHash);
      return invoice?.status === 'paid' ? { done: invoice } : { seen: invoice?.status ?? 'no such invoice' };
    },
    wait,
  );
}
