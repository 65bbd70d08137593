import { LnPlayError, messageOf, throwIfAborted } from '../core/errors.js';
import { waitFor, type WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import { isBitcoinError } from '../rpc/bitcoind.js';

/** A block, as the tip of a chain. */
export interface Block {
  readonly height: number;
  readonly hash: string;
}

/** bitcoind's last block. */
export async function tipOf(bitcoind: Bitcoind): Promise<Block> {
  const { blocks, bestblockhash } = await bitcoind.call<{ blocks: number; bestblockhash: string }>('getblockchaininfo');
  return { height: blocks, hash: bestblockhash };
}

/** Whether a block is in bitcoind's chain: not one that it never had, or that a longer chain has replaced. */
export async function isInChain(bitcoind: Bitcoind, { height, hash }: Block): Promise<boolean> {
  try {
    return (await bitcoind.call<string>('getblockhash', [height])) === hash;
  } catch (error) {
    if (isBitcoinError(error, 'INVALID_PARAMETER')) return false; // there is none of that height
    throw error;
  }
}

/** Whether bitcoind has a transaction, in its mempool or in a block. */
export async function isKnown(bitcoind: Bitcoind, txid: string): Promise<boolean> {
  return (await whyUnknown(bitcoind, txid)) === undefined;
}

/** Whether an output is in a block, and not spent in one. */
export async function isConfirmed(bitcoind: Bitcoind, txid: string, output: number): Promise<boolean> {
  return (await bitcoind.call('gettxout', [txid, output, false])) !== null;
}

/** So many blocks without it, and no block will have a transaction soon. */
const MOST_WITHOUT = 100;

/**
 * Mines until a transaction has so many confirmations.
 *
 * @param mine mines a block
 * @returns how many blocks that took
 * @throws {LnPlayError} INVALID for one that bitcoind has not got, or that no block takes
 */
export async function confirm(
  bitcoind: Bitcoind,
  txid: string,
  confirmations: number,
  mine: () => Promise<unknown>,
  { signal }: WaitOptions,
): Promise<number> {
  for (let blocks = 0; ; blocks++) {
    throwIfAborted(signal);
    const has = await confirmationsOf(bitcoind, txid);
    if (has >= confirmations) return blocks;
    if (has === 0 && blocks === MOST_WITHOUT)
      throw new LnPlayError('INVALID', `${blocks} blocks have come without transaction ${txid}`, {
        hint: 'others pay more, or it has a locktime: see `bt getmempoolentry` of `ln-play env`',
      });
    await mine();
  }
}

async function confirmationsOf(bitcoind: Bitcoind, txid: string): Promise<number> {
  try {
    return (await bitcoind.call<{ confirmations?: number }>('getrawtransaction', [txid, true])).confirmations ?? 0;
  } catch (cause) {
    if (!isBitcoinError(cause, 'INVALID_ADDRESS_OR_KEY')) throw cause;
    throw new LnPlayError('INVALID', `bitcoind has no transaction ${txid}`, {
      hint: 'it may not have been sent yet, or another was mined in its place',
      cause,
    });
  }
}

/** Waits until bitcoind has the transaction: in its mempool, or in a block that somebody mined meanwhile. */
export async function waitForMempool(bitcoind: Bitcoind, txid: string, wait?: WaitOptions): Promise<void> {
  await waitFor<void>(
    `bitcoind to have transaction ${txid}`,
    async () => {
      const why = await whyUnknown(bitcoind, txid);
      return why === undefined ? { done: undefined } : { seen: why };
    },
    wait,
  );
}

/** Waits until a transaction that spends an output is in bitcoind's mempool. @returns its txid */
export async function waitForSpender(
  bitcoind: Bitcoind,
  { txid, output }: { readonly txid: string; readonly output: number },
  wait?: WaitOptions,
): Promise<string> {
  return await waitFor<string>(
    `bitcoind to have the transaction that spends ${txid}:${output}`,
    async () => {
      const params = [[{ txid, vout: output }]];
      const [spent] = await bitcoind.call<{ spendingtxid?: string }[]>('gettxspendingprevout', params);
      return spent?.spendingtxid === undefined ? { seen: 'none in its mempool' } : { done: spent.spendingtxid };
    },
    wait,
  );
}

async function whyUnknown(bitcoind: Bitcoind, txid: string): Promise<string | undefined> {
  try {
    await bitcoind.call('getrawtransaction', [txid]);
    return undefined;
  } catch (error) {
    if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return messageOf(error);
    throw error;
  }
}
