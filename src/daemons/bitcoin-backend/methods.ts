import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError } from '../../core/errors.js';
import { BitcoinRpcError, isBitcoinError, type BitcoindRpc } from '../../rpc/bitcoind.js';
import type { BitcoindWeather } from '../../rpc/bitcoind-weather.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { FIRST_BLOCKS } from '../first-blocks.js';

export type BackendMethod = (params: JsonObject) => Promise<JsonObject>;

/** How long bitcoind holds one question for the next block, in ms. */
const HOLD_MS = 25_000;
/** How long lightningd waits for a new chain's first blocks, in ms. */
const FIRST_BLOCKS_MS = 10_000;
/** A bitcoind that does not answer may be starting just then: how much longer it is left alone each time, and how long at most, in ms. */
const RETRY_MS = { more: 10, most: 200 };
/** How often lightningd, which pauses for nothing, is told the feerates again, in ms. */
const FEERATES_MS = 30_000;
/** What bcli makes up on regtest if bitcoind has no estimate, in sat per kvB. */
const REGTEST_PERKB = 1_000;
/** The confirmation targets that lightningd wants estimates for. */
const TARGETS = [2, 6, 12, 100];

/**
 * The five methods that lightningd calls of its bitcoin backend, on one bitcoind.
 *
 * @param weather what it is to estimate, where that is set
 * @param log told when bitcoind goes away, and when it is back
 */
export function createMethods(
  bitcoind: BitcoindRpc,
  weather: Pick<BitcoindWeather, 'estimates' | 'onEstimates'>,
  log: (message: string) => void,
): { readonly [method: string]: BackendMethod } {
  let askedHeight = -1;
  let toldFeerates = false;
  let othersAreSet = false;
  let isUnevenTold = false;
  weather.onEstimates(() => (othersAreSet = true));
  let away = false;

  /** Asks bitcoind, and asks again for as long as it is away or starts: lightningd would end itself at an error. */
  async function ask<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    for (let pause = RETRY_MS.more; ; pause = Math.min(pause + RETRY_MS.more, RETRY_MS.most)) {
      try {
        const answer = await bitcoind.call<T>(method, params);
        if (away) log('bitcoind is back');
        away = false;
        return answer;
      } catch (error) {
        if (!isAway(error)) throw error;
        if (!away) log(`${error.message}: asking again until it does`);
        away = true;
        await delay(pause);
      }
    }
  }

  /**
   * The nodes of a new playground start while its first blocks are mined. They are told of the chain once those are there,
   * since they ask for each later block by itself.
   */
  async function chainWithFirstBlocks(): Promise<ChainInfo> {
    const deadline = performance.now() + FIRST_BLOCKS_MS;
    for (;;) {
      const info = await ask<ChainInfo>('getblockchaininfo');
      if (info.blocks >= FIRST_BLOCKS || performance.now() > deadline) return info;
      await ask('waitforblockheight', [FIRST_BLOCKS, FIRST_BLOCKS_MS]);
    }
  }

  async function hashAt(height: number): Promise<string | undefined> {
    try {
      return await ask<string>('getblockhash', [height]);
    } catch (error) {
      if (isBitcoinError(error, 'INVALID_PARAMETER')) return undefined;
      throw error;
    }
  }

  /** Resolves once bitcoind has a block of this height: bitcoind itself holds the question. */
  async function hashOfNext(height: number): Promise<string> {
    for (;;) {
      await ask('waitforblockheight', [height, HOLD_MS]);
      const hash = await hashAt(height);
      if (hash !== undefined) return hash;
    }
  }

  /** Resolves in a while, or as soon as other feerates are set. */
  async function untilFeeratesAreDue(): Promise<void> {
    if (othersAreSet) return;
    const ends = new AbortController();
    const off = weather.onEstimates(() => ends.abort());
    await delay(FEERATES_MS, undefined, { signal: ends.signal }).catch(() => {}); // then others are set
    off();
  }

  /** What is set, or else what bitcoind says, in sat per kvB. */
  async function estimates(): Promise<{ readonly blocks: number; readonly feerate: number }[]> {
    if (weather.estimates)
      return weather.estimates.map(({ blocks, feeratePerKw }) => ({ blocks, feerate: feeratePerKw * 4 }));
    const ofBitcoind = TARGETS.map(async (blocks) => {
      const { feerate } = await ask<{ feerate?: number }>('estimatesmartfee', [blocks]);
      return { blocks, feerate: feerate === undefined ? REGTEST_PERKB : Math.round(feerate * 1e8) };
    });
    return await Promise.all(ofBitcoind);
  }

  return {
    async getchaininfo() {
      const { chain, headers, blocks, initialblockdownload } = await chainWithFirstBlocks();
      return { chain, headercount: headers, blockcount: blocks, ibd: initialblockdownload };
    },

    async getrawblockbyheight({ height }) {
      const wanted = Number(height);
      // the first "none yet" is said at once: by it lightningd knows that it has caught up
      const hold = askedHeight === wanted;
      askedHeight = wanted;
      const hash = (await hashAt(wanted)) ?? (hold ? await hashOfNext(wanted) : undefined);
      if (hash === undefined) return { blockhash: null, block: null };
      return { blockhash: hash, block: await ask<string>('getblock', [hash, 0]) };
    },

    async estimatefees() {
      if (toldFeerates && !isUnevenTold) await untilFeeratesAreDue();
      // lightningd smooths what it is told over the time between two polls, which with us is none: it would never change
      // much. It forgets what it was told before when it is told of other numbers of blocks
      isUnevenTold = toldFeerates && othersAreSet;
      othersAreSet = false;
      toldFeerates = true;
      const { mempoolminfee, minrelaytxfee } = await ask<MempoolInfo>('getmempoolinfo');
      const floor = Math.round(Math.max(mempoolminfee, minrelaytxfee) * 1e8);
      const feerates = (await estimates()).map(({ blocks, feerate }) => ({
        blocks,
        feerate: Math.max(floor, feerate),
      }));
      const { blocks, feerate } = feerates.at(-1)!;
      const uneven = isUnevenTold ? [{ blocks: blocks + 1, feerate }] : [];
      return { feerates: [...feerates, ...uneven], feerate_floor: floor };
    },

    async getutxout({ txid, vout }) {
      const output = await ask<TxOut | null>('gettxout', [txid, vout]);
      if (!output) return { amount: null, script: null };
      return { amount: `${Math.round(output.value * 1e8)}sat`, script: output.scriptPubKey.hex };
    },

    async sendrawtransaction({ tx, allowhighfees }) {
      try {
        await ask('sendrawtransaction', allowhighfees ? [tx, 0] : [tx]);
        return { success: true, errmsg: '' };
      } catch (error) {
        if (!(error instanceof BitcoinRpcError)) throw error;
        const known = isBitcoinError(error, 'VERIFY_ALREADY_IN_UTXO_SET');
        return { success: known, errmsg: known ? '' : error.message };
      }
    },
  };
}

/** Whether an error says that bitcoind is away or still starts, rather than that it refuses. */
function isAway(error: unknown): error is LnPlayError {
  if (error instanceof BitcoinRpcError) return isBitcoinError(error, 'IN_WARMUP');
  return error instanceof LnPlayError && error.code === 'CONNECTION';
}

interface ChainInfo {
  readonly chain: string;
  readonly headers: number;
  readonly blocks: number;
  readonly initialblockdownload: boolean;
}

interface MempoolInfo {
  readonly mempoolminfee: number;
  readonly minrelaytxfee: number;
}

interface TxOut {
  readonly value: number;
  readonly scriptPubKey: { readonly hex: string };
}
