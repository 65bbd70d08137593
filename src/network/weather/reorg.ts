import { LnPlayError } from '../../core/errors.js';
import { waitFor, type Probe, type WaitOptions } from '../../core/wait.js';
import type { Bitcoind } from '../../daemons/bitcoind.js';
import type { Channel, ChannelPhase, LightningNode } from '../../nodes/node.js';
import { isBitcoinError } from '../../rpc/bitcoind.js';
import type { Replaced } from './replace-blocks.js';

/** What a reorganisation came to. */
export interface Reorg {
  readonly blockheight: number;
  readonly blockhash: string;
  /** How many blocks were taken back, and how many came instead. */
  readonly replaced: number;
  readonly mined: number;
  /** The transactions of the replaced blocks, by where they are now. */
  readonly transactions: Readonly<Record<TransactionPlace, readonly string[]>>;
  /** The channels whose funding transactions were in the replaced blocks. */
  readonly channels: readonly ReorgChannel[];
}

/** In a block again; waiting for one; or nowhere, since another has spent its inputs. */
export type TransactionPlace = 'mined' | 'mempool' | 'gone';

/** A channel, as each of its ends that runs has it before and after. */
export interface ReorgChannel {
  readonly channel_id: string;
  readonly funding_txid: string;
  readonly funding: TransactionPlace;
  readonly ends: readonly ReorgEnd[];
}

export interface ReorgEnd {
  readonly node: string;
  readonly before: EndState;
  readonly after: EndState | null;
}

export interface EndState {
  readonly short_channel_id: string | null;
  readonly phase: ChannelPhase;
  readonly state: string;
}

/** How long the ends of a channel may take to be where its funding transaction has put it, in ms. */
const SETTLE_MS = 10_000;

interface Concerned {
  readonly node: LightningNode;
  readonly channel: Channel;
}

/** The channels of these nodes whose funding transactions are among those. */
export async function channelsFundedBy(
  nodes: readonly LightningNode[],
  transactions: readonly { readonly txid: string }[],
): Promise<readonly Concerned[]> {
  const txids = new Set(transactions.map(({ txid }) => txid));
  const all = await Promise.all(nodes.map(async (node) => ({ node, channels: await node.channels() })));
  return all.flatMap(({ node, channels }) =>
    channels
      .filter(({ id, funding }) => id !== undefined && funding && txids.has(funding.txid))
      .map((channel) => ({ node, channel })),
  );
}

/** Says what became of the transactions and channels; waits, for a while, until each end has seen it. */
export async function outcome(
  bitcoind: Bitcoind,
  { tip, stale, mined, transactions }: Replaced,
  before: readonly Concerned[],
  wait: WaitOptions,
): Promise<Reorg> {
  const txids = transactions.map(({ txid }) => txid);
  const places = new Map(await Promise.all(txids.map(async (txid) => [txid, await placeOf(bitcoind, txid)] as const)));
  const at = (place: TransactionPlace): string[] => txids.filter((txid) => places.get(txid)?.place === place);
  await settled(before, (txid) => places.get(txid)!, wait);
  const ends = await Promise.all(
    before.map(async ({ node, channel }) => ({ channel, end: await endOf(node, channel) })),
  );
  const ids = [...new Set(ends.map(({ channel }) => channel.id!))];
  return {
    blockheight: tip.height,
    blockhash: tip.hash,
    replaced: stale.length,
    mined: mined.length,
    transactions: { mined: at('mined'), mempool: at('mempool'), gone: at('gone') },
    channels: ids.map((channel_id) => {
      const both = ends.filter(({ channel }) => channel.id === channel_id);
      const { txid } = both[0]!.channel.funding!;
      return {
        channel_id,
        funding_txid: txid,
        funding: places.get(txid)!.place,
        ends: both.map(({ end }) => end),
      };
    }),
  };
}

async function endOf(node: LightningNode, channel: Channel): Promise<ReorgEnd> {
  const now = (await node.channels(channel.peer)).find(({ id }) => id === channel.id);
  return { node: node.name, before: stateOf(channel), after: now ? stateOf(now) : null };
}

const stateOf = ({ shortChannelId, phase, state }: Channel): EndState => ({
  short_channel_id: shortChannelId ?? null,
  phase,
  state,
});

interface Place {
  readonly place: TransactionPlace;
  /** `HEIGHTxINDEX` of a transaction that is mined: how a short channel id begins. */
  readonly prefix?: string;
}

/** Of bitcoind's getrawtransaction, what we read. */
interface RawTransaction {
  readonly blockhash?: string;
  readonly confirmations?: number;
}

async function placeOf(bitcoind: Bitcoind, txid: string): Promise<Place> {
  try {
    const params = [txid, true];
    const { blockhash, confirmations } = await bitcoind.call<RawTransaction>('getrawtransaction', params);
    if (blockhash === undefined) return { place: 'mempool' };
    if (!confirmations) return { place: 'gone' }; // it is known of a stale block
    const { height, tx } = await bitcoind.call<{ height: number; tx: string[] }>('getblock', [blockhash]);
    return { place: 'mined', prefix: `${height}x${tx.indexOf(txid)}x` };
  } catch (error) {
    if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return { place: 'gone' };
    throw error;
  }
}

/** One on which both ends do not agree by then is no reason to wait for ever: the outcome says how each has it. */
async function settled(
  before: readonly Concerned[],
  placeOfFunding: (txid: string) => Place,
  wait: WaitOptions,
): Promise<void> {
  const isSettled = async ({ node, channel }: Concerned): Promise<boolean> => {
    const now = (await node.channels(channel.peer)).find(({ id }) => id === channel.id);
    if (!now || (now.phase !== 'normal' && now.phase !== 'awaiting-funding')) return true;
    const { place, prefix = '' } = placeOfFunding(channel.funding!.txid);
    if (place !== 'mined') return now.phase === 'awaiting-funding' || !now.connected || now.established;
    return now.usable && now.established && now.shortChannelId?.startsWith(prefix) === true;
  };
  const probe = async (): Promise<Probe<void>> => {
    const all = await Promise.all(before.map(isSettled));
    return all.every(Boolean) ? { done: undefined } : { seen: `${all.filter((is) => !is).length} ends have not` };
  };
  try {
    await waitFor('channels to follow the new blocks', probe, { ...wait, timeoutMs: SETTLE_MS });
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code !== 'TIMEOUT') throw error;
  }
}
