import { LnPlayError } from '../../core/errors.js';
import type { Bitcoind } from '../../daemons/bitcoind.js';
import { FIRST_BLOCKS } from '../../daemons/first-blocks.js';
import { isBitcoinError } from '../../rpc/bitcoind.js';
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
  /** The transactions of the stale blocks, without those that pay miners. */
  readonly txids: readonly string[];
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
    throw new LnPlayError('INVALID', `${depth} blocks cannot be replaced: of ${tip.height} the first ${FIRST_BLOCKS} stay`, {
      hint: most > 0 ? `replace at most ${most}, or mine more before` : 'mine some blocks before: ln-play mine 6',
    });
  const heights = Array.from({ length: depth }, (_, i) => tip.height - depth + 1 + i);
  const stale = await Promise.all(heights.map((height) => bitcoind.call<string>('getblockhash', [height])));
  const blocks = await Promise.all(stale.map((hash) => bitcoind.call<{ tx: string[] }>('getblock', [hash])));
  const txids = blocks.flatMap(({ tx }) => tx.slice(1)); // the first pays the miner
  for (const txid of drop)
    if (!txids.includes(txid))
      throw new LnPlayError('USAGE', `${txid} is no transaction of the last ${depth} blocks`, {
        hint: txids.length > 0 ? `there are ${txids.join(', ')}` : 'there is none in them',
      });
  return { tip, stale, mined: [], txids };
}

/**
 * Takes the last blocks back and mines others, one more at least; if it cannot mine them, the old ones are the chain again.
 * Nobody else may mine meanwhile.
 */
export async function replaceBlocks(
  bitcoind: Bitcoind,
  faucet: Faucet,
  depth: number,
  options: ReorgOptions,
): Promise<Replaced> {
  const before = await assertReplaceable(bitcoind, depth, options);
  const { drop = [], keepMempool = false, longerBy = 1 } = options;
  // to an address of its own: the very block that was taken back would be refused
  const payTo = await faucet.freshAddress();
  const [first] = before.stale as [string, ...string[]];
  await bitcoind.call('invalidateblock', [first]);
  try {
    const doubleSpends = await Promise.all(drop.map((txid) => faucet.doubleSpend(txid)));
    // of two of which one spends from the other, the first is enough
    const spent = doubleSpends.filter((hex) => hex !== undefined);
    const mined: string[] = [];
    for (let i = 0; i < depth + longerBy; i++) {
      const included = keepMempool ? [] : [...spent.splice(0), ...(await mempoolWithout(bitcoind, drop))];
      const { hash } = await bitcoind.call<{ hash: string }>('generateblock', [payTo, included]);
      mined.push(hash);
    }
    return { ...before, mined, tip: await tipOf(bitcoind) };
  } catch (error) {
    await bitcoind.call('reconsiderblock', [first]);
    throw error;
  }
}

/** The mempool in an order in which it can be mined, without some and without what spends from them. */
async function mempoolWithout(bitcoind: Bitcoind, left: readonly string[]): Promise<string[]> {
  const entries = await bitcoind.call<{ [txid: string]: { ancestorcount: number } }>('getrawmempool', [true]);
  const out = new Set(left);
  for (const txid of left) for (const child of await descendantsOf(bitcoind, txid)) out.add(child);
  return Object.entries(entries)
    .filter(([txid]) => !out.has(txid))
    .toSorted(([, a], [, b]) => a.ancestorcount - b.ancestorcount)
    .map(([txid]) => txid);
}

async function descendantsOf(bitcoind: Bitcoind, txid: string): Promise<string[]> {
  try {
    return await bitcoind.call<string[]>('getmempooldescendants', [txid]);
  } catch (error) {
    if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return []; // double-spent by now
    throw error;
  }
}
