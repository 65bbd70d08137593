import { LnPlayError } from '../../core/errors.js';
import type { Bitcoind } from '../../daemons/bitcoind.js';
import { FIRST_BLOCKS } from '../../daemons/first-blocks.js';
import { BitcoinRpcError } from '../../rpc/bitcoind.js';
import { tipOf, type Block } from '../chain.js';
import type { Faucet } from '../faucet.js';

export interface ReorgOptions {
  /** How many blocks the new chain has more than the old one; 1 by default, and at least: nodes follow the longer chain. */
  readonly longerBy?: number | undefined;
  /**
   * Txids of the replaced blocks that are not to come back. One of the faucet's is double-spent: it, and whatever spends
   * from it, is gone for good. Any other one is only left out of the new blocks, with what spends from it, and waits in the
   * mempool for a later block.
   */
  readonly drop?: readonly string[] | undefined;
  /** Leaves all transactions in the mempool: the new blocks are empty. */
  readonly keepMempool?: boolean | undefined;
}

/** The last blocks, and those that replaced them. */
export interface Replaced {
  readonly tip: Block;
  /** Hashes, oldest first. */
  readonly stale: readonly string[];
  readonly mined: readonly string[];
  /** The transactions of the stale blocks in their order, without those that pay miners. */
  readonly transactions: readonly StaleTransaction[];
}

interface StaleTransaction {
  readonly txid: string;
  /** Raw. */
  readonly hex: string;
  /** The txids that it spends from. */
  readonly parents: readonly string[];
  readonly height: number;
}

/** Of bitcoind's getblock, what we read. */
interface BlockWithTransactions {
  readonly height: number;
  readonly tx: readonly {
    readonly txid: string;
    readonly hex: string;
    readonly vin: readonly { readonly txid?: string }[];
  }[];
}

/** Of bitcoind's getrawmempool, what we read. */
interface MempoolEntry {
  readonly weight: number;
  /** In bitcoin. */
  readonly fees: { readonly base: number };
  readonly ancestorcount: number;
  /** The parents that are in the mempool. */
  readonly depends: readonly string[];
}

/**
 * Looks whether a chain may be replaced so.
 *
 * @throws {LnPlayError} INVALID for the first blocks; USAGE for a txid that is in none of them, or both ways to treat one
 */
export async function assertReplaceable(bitcoind: Bitcoind, depth: number, options: ReorgOptions): Promise<Replaced> {
  const { drop = [], keepMempool, longerBy = 1 } = options;
  if (!Number.isInteger(depth) || depth < 1 || !Number.isInteger(longerBy) || longerBy < 1)
    throw new LnPlayError('USAGE', `A reorganisation of ${depth} blocks by ${longerBy} more is none`, {
      hint: 'both are whole numbers of at least 1: nodes follow the longer chain',
    });
  if (keepMempool && drop.length > 0)
    throw new LnPlayError('USAGE', 'A transaction cannot be dropped while all are kept in the mempool', {
      hint: 'either name what is not to come back, or have nothing mined again',
    });
  const tip = await tipOf(bitcoind);
  const most = tip.height - FIRST_BLOCKS;
  if (depth > most)
    throw new LnPlayError(
      'INVALID',
      `${depth} blocks cannot be replaced: of ${tip.height} the first ${FIRST_BLOCKS} stay`,
      { hint: most > 0 ? `replace at most ${most}, or mine more before` : 'mine some blocks before: ln-play mine 6' },
    );
  const heights = Array.from({ length: depth }, (_, i) => tip.height - depth + 1 + i);
  const stale = await Promise.all(heights.map((height) => bitcoind.call<string>('getblockhash', [height])));
  const blocks = await Promise.all(stale.map((hash) => bitcoind.call<BlockWithTransactions>('getblock', [hash, 2])));
  const transactions = blocks.flatMap(({ height, tx }) =>
    // the first of each pays the miner
    tx.slice(1).map(({ txid, hex, vin }) => ({ txid, hex, height, parents: vin.map((input) => input.txid ?? '') })),
  );
  const txids = transactions.map(({ txid }) => txid);
  for (const txid of drop)
    if (!txids.includes(txid))
      throw new LnPlayError('USAGE', `${txid} is no transaction of the last ${depth} blocks`, {
        hint: txids.length > 0 ? `there are ${txids.join(', ')}` : 'there is none in them',
      });
  return { tip, stale, mined: [], transactions };
}

/**
 * Takes the last blocks back and mines others, one more at least, each transaction in a block of its old height; if that
 * fails, the old blocks are the chain again. Nobody else may mine meanwhile.
 */
export async function replaceBlocks(
  bitcoind: Bitcoind,
  faucet: Faucet,
  depth: number,
  options: ReorgOptions,
): Promise<Replaced> {
  const before = await assertReplaceable(bitcoind, depth, options);
  const { drop = [], keepMempool = false, longerBy = 1 } = options;
  const { tip, transactions } = before;
  const left = withDescendants(drop, transactions);
  // to an address of its own: the very block that was taken back would be refused
  const payTo = await faucet.freshAddress();
  const waited = await Promise.all(
    (await mempoolWithout(bitcoind, new Set())).map((txid) => bitcoind.call<string>('getrawtransaction', [txid])),
  );
  const resend = (): Promise<void> => sendAgain(bitcoind, [...transactions.map(({ hex }) => hex), ...waited]);
  const [first] = before.stale as [string, ...string[]];
  await bitcoind.call('invalidateblock', [first]);
  try {
    const spent = new Map(await Promise.all(drop.map(async (txid) => [txid, await faucet.doubleSpend(txid)] as const)));
    const mined: string[] = [];
    for (let height = tip.height - depth + 1; height <= tip.height + longerBy; height++) {
      const own = transactions.filter((transaction) => transaction.height === height);
      const again = own.filter(({ txid }) => !left.has(txid)).map(({ hex }) => hex);
      // of two of which one spends from the other, only the first can be double-spent
      const rootless = own.filter(({ parents }) => !parents.some((parent) => left.has(parent)));
      const instead = rootless.flatMap(({ txid }) => spent.get(txid) ?? []);
      if (height > tip.height) await resend();
      const waiting = height > tip.height ? await mempoolWithout(bitcoind, left, BLOCK_WEIGHT) : [];
      const included = keepMempool ? [] : [...again, ...instead, ...waiting];
      mined.push((await bitcoind.call<{ hash: string }>('generateblock', [payTo, included])).hash);
    }
    await resend();
    return { ...before, mined, tip: await tipOf(bitcoind) };
  } catch (error) {
    await bitcoind.call('reconsiderblock', [first]);
    throw error;
  }
}

/** These, and all in the blocks that spend from them. */
function withDescendants(txids: readonly string[], transactions: readonly StaleTransaction[]): ReadonlySet<string> {
  const all = new Set(txids);
  for (const { txid, parents } of transactions) if (parents.some((parent) => all.has(parent))) all.add(txid);
  return all;
}

/**
 * What was in blocks bitcoind has put into its mempool again by itself, except what is locked until a height which the chain
 * did not have for a moment, as wallets lock theirs; and it has dropped what was there of that kind.
 *
 * @param transactions raw
 */
async function sendAgain(bitcoind: Bitcoind, transactions: readonly string[]): Promise<void> {
  for (const hex of transactions)
    try {
      await bitcoind.call('sendrawtransaction', [hex, 0]);
    } catch (error) {
      if (!(error instanceof BitcoinRpcError)) throw error; // it is mined, there already, or double-spent
    }
}

/** What a block has room for besides its header and what pays its miner. */
const BLOCK_WEIGHT = 3_992_000;

/**
 * The mempool in an order in which it can be mined, without some and without what spends from them.
 *
 * @param most of what has no more room, in units of weight, nothing that spends from it either: the best paid comes first
 */
async function mempoolWithout(
  bitcoind: Bitcoind,
  left: ReadonlySet<string>,
  most: number = Infinity,
): Promise<string[]> {
  const entries = await bitcoind.call<{ [txid: string]: MempoolEntry }>('getrawmempool', [true]);
  const out = new Set(left);
  const rateOf = ({ fees, weight }: MempoolEntry): number => fees.base / weight;
  // parents come before their children
  const inOrder = Object.entries(entries).toSorted(
    ([, a], [, b]) => a.ancestorcount - b.ancestorcount || rateOf(b) - rateOf(a),
  );
  let room = most;
  for (const [txid, { depends, weight }] of inOrder)
    if (weight > room || depends.some((parent) => out.has(parent))) out.add(txid);
    else if (!out.has(txid)) room -= weight;
  return inOrder.map(([txid]) => txid).filter((txid) => !out.has(txid));
}
