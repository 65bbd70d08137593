import type { WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import type { Channel, Invoice, LightningNode } from '../nodes/node.js';
import { isConfirmed, isInChain, type Block } from './chain.js';

/** How long a channel may take from its block to its next phase, in ms; longer, and it waits for another block. */
const LOCKIN_MS = 5_000;
/** How long a payment that both ends have committed to may take to go on, in ms; longer, and somebody holds it. */
const HELD_MS = 2_000;

/**
 * Waits until a node has seen a block, and is on bitcoind's chain: one of the same height that was replaced does not do. Of
 * a node that can't tell the hash of its last block its height is taken for it.
 */
export async function waitForBlock(
  node: LightningNode,
  bitcoind: Bitcoind,
  block: Block,
  wait?: WaitOptions,
): Promise<void> {
  await node.daemon.waitFor<void>(
    `${node.name} to see block ${block.height}`,
    async () => {
      const { height, hash } = await node.tip();
      if (height < block.height) return { seen: `block ${height}` };
      if (hash === undefined || hash === block.hash) return { done: undefined };
      // more was mined meanwhile, or one of the two is on another chain
      if (await isInChain(bitcoind, { height, hash })) return { done: undefined };
      return { seen: `block ${height} of another chain, ${hash}` };
    },
    wait,
  );
}

/** Waits until its wallet has seen the outputs of this transaction confirmed, in a block of this height at most. */
export async function waitForFunds(
  node: LightningNode,
  txid: string,
  height: number,
  wait?: WaitOptions,
): Promise<void> {
  await node.daemon.waitFor<void>(
    `${node.name} to see its funds of ${txid} confirmed`,
    async () => {
      const tip = await node.tip();
      const coin = (await node.funds()).find((candidate) => candidate.txid === txid);
      // once it knows the block, what is not there is spent already, by another command
      if (coin?.status === 'confirmed' || (!coin && tip.height >= height)) return { done: undefined };
      return { seen: coin ? `the output is ${coin.status}` : `no such output at block ${tip.height}` };
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
