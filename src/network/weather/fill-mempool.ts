import { randomBytes } from 'node:crypto';
import { throwIfAborted, type LnPlayError } from '../../core/errors.js';
import { inParallel } from '../../core/in-parallel.js';
import type { WaitOptions } from '../../core/wait.js';
import { isBitcoinError } from '../../rpc/bitcoind.js';
import type { MempoolSettings } from '../background/sections.js';
import type { Network } from '../network.js';
import { fillersOf, type Filler } from './fillers.js';
import { rawTransaction, weightOf, type RawOutput } from './raw-transaction.js';

/** What waits in the mempool to be mined. */
export interface Waiting {
  readonly transactions: number;
  readonly vbytes: number;
}

/** How many are sent at once. */
const AT_ONCE = 8;

type Parts = Pick<Network, 'bitcoind' | 'faucet' | 'miner' | 'background'>;

/**
 * Fills the mempool with transactions worth so many blocks, in place of those that it was filled with before. Their coins
 * come out of one transaction of the faucet, which gets a block of its own; if anything fails, all of it is taken back.
 * The caller holds the playground's lock.
 *
 * @throws {LnPlayError} INVALID when the faucet has less; ABORTED
 */
export async function fillMempool(
  parts: Parts,
  { blocks, feeratePerKw }: Pick<MempoolSettings, 'blocks' | 'feeratePerKw'>,
  wait: WaitOptions,
): Promise<Waiting> {
  const { bitcoind, faucet, background } = parts;
  await emptyMempool(parts, wait);
  const seed = randomBytes(4).toString('hex');
  const coins = fillersOf({ seed, blocks, feeratePerKw, split: NOT_YET }).map(({ coin }) => coin);
  const { txid: split, hex } = await faucet.signed(coins);
  const settings: MempoolSettings = { seed, blocks, feeratePerKw, split };
  const fillers = fillersOf(settings);
  try {
    await background.note((byHand) => ({ ...byHand, mempool: settings })); // before there is anything to take back
    await bitcoind.call('sendrawtransaction', [hex, 0]);
    await confirmAlone(parts, split, wait);
    const sent = await inParallel(
      AT_ONCE,
      fillers.map(({ raw }) => async () => {
        throwIfAborted(wait.signal);
        await bitcoind.call('sendrawtransaction', [raw(), 0]);
      }),
    );
    for (const each of sent) if (each.status === 'rejected') throw each.reason as LnPlayError;
  } catch (error) {
    await emptyMempool(parts, {}).catch(() => {}); // what has failed says more; `up` and `heal` try again
    throw error;
  }
  return sumOf(fillers);
}

/**
 * Takes back what the mempool was filled with: the faucet spends the same coins, in a block of its own, so that what waits
 * can never be mined. The caller holds the playground's lock.
 *
 * @returns whether there was anything
 */
export async function emptyMempool(parts: Parts, wait: WaitOptions): Promise<boolean> {
  const { bitcoind, faucet, miner, background } = parts;
  const settings = background.sections.mempool;
  if (!settings) return false;
  await faucet.unlock();
  await confirmAlone(parts, settings.split, wait);
  const fillers = await unspent(parts, fillersOf(settings));
  if (fillers.length > 0) {
    const inputs = fillers.map(({ input }) => input);
    const total = fillers.reduce((sum, { coin }) => sum + coin.amountSat, 0n);
    const address = await faucet.freshAddress();
    const { scriptPubKey } = await bitcoind.call<{ scriptPubKey: string }>('validateaddress', [address]);
    const back = (feeSat: bigint): RawOutput[] => [
      { amountSat: total - feeSat, script: Buffer.from(scriptPubKey, 'hex') },
    ];
    const feeSat = BigInt(weightOf(inputs, back(0n))) / 4n; // 1 sat/vB, so that it is relayed where a block goes
    const raw = rawTransaction(inputs, back(feeSat));
    await miner.alone(async () => void (await bitcoind.call('generateblock', [address, [raw]])), wait);
  }
  await background.note((byHand) => ({ ...byHand, mempool: null }));
  return true;
}

/** What still waits of it. */
export async function waitingFillers(
  { bitcoind, background }: Parts,
  timeoutMs?: number,
): Promise<Waiting | undefined> {
  const settings = background.sections.mempool;
  if (!settings) return undefined;
  const fillers = fillersOf(settings);
  const coins = fillers.map(({ input: { txid, output } }) => ({ txid, vout: output }));
  const spent = await bitcoind.rpc.call<readonly { readonly spendingtxid?: string }[]>(
    'gettxspendingprevout',
    [coins],
    undefined,
    timeoutMs,
  );
  return sumOf(fillers.filter((_, index) => spent[index]?.spendingtxid !== undefined));
}

/** For coins that no transaction makes yet. */
const NOT_YET = '00'.repeat(32);

const sumOf = (fillers: readonly Filler[]): Waiting => ({
  transactions: fillers.length,
  vbytes: fillers.reduce((sum, { vsize }) => sum + vsize, 0),
});

/** Mines a transaction that waits, with what it spends from that waits too, and nothing else. */
async function confirmAlone({ bitcoind, faucet, miner }: Parts, txid: string, wait: WaitOptions): Promise<void> {
  await miner.alone(async () => {
    let parents: { readonly [txid: string]: { readonly ancestorcount: number } };
    try {
      parents = await bitcoind.call('getmempoolancestors', [txid, true]);
    } catch (error) {
      if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return; // it is in a block, or was never sent
      throw error;
    }
    const inOrder = Object.entries(parents).toSorted(([, a], [, b]) => a.ancestorcount - b.ancestorcount);
    const txids = [...inOrder.map(([parent]) => parent), txid];
    await bitcoind.call('generateblock', [await faucet.address(), txids]);
  }, wait);
}

/** Those whose coins no block has spent. */
async function unspent({ bitcoind }: Parts, fillers: readonly Filler[]): Promise<Filler[]> {
  const found = await inParallel(
    AT_ONCE,
    fillers.map(
      ({ input: { txid, output } }) =>
        () =>
          bitcoind.call('gettxout', [txid, output, false]),
    ),
  );
  return fillers.filter((_, index) => {
    const each = found[index]!;
    if (each.status === 'rejected') throw each.reason as LnPlayError;
    return each.value !== null;
  });
}
