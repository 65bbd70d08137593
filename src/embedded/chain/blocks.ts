import { setTimeout as delay } from 'node:timers/promises';
import { isBitcoinError, type BITCOIN_CODE, type BitcoindRpc } from '../../rpc/bitcoind.js';
import { displayHash } from '../bitcoin/hex.js';
import { parseBlock, type Transaction } from '../bitcoin/transaction.js';

/** A block's place in the chain. `hash` as people write it. */
export interface BlockId {
  readonly hash: string;
  readonly height: number;
}

export interface Block extends BlockId {
  readonly raw: Buffer;
  /** The first 80 bytes. */
  readonly header: Buffer;
  /** Seconds, from the header. */
  readonly time: number;
  readonly previous: string;
  readonly transactions: readonly Transaction[];
}

/** Below the 30 s after which bitcoind closes a connection that says nothing (-rpcservertimeout). */
const HOLD_MS = 25_000;
const POLL_MS = 40;

/** Blocks as bitcoind has them. */
export class BlockSource {
  readonly #rpc: BitcoindRpc;
  #holds = true;

  constructor(rpc: BitcoindRpc) {
    this.#rpc = rpc;
  }

  async tip(): Promise<BlockId> {
    const { blocks, bestblockhash } = await this.#rpc.call<{ blocks: number; bestblockhash: string }>(
      'getblockchaininfo',
    );
    return { hash: bestblockhash, height: blocks };
  }

  tipHash(): Promise<string> {
    return this.#rpc.call<string>('getbestblockhash');
  }

  /**
   * The best block's hash, as soon as it is another than this one; bitcoind itself holds the question, for some seconds
   * at most. One that cannot (before Bitcoin Core 29) is asked again and again by us.
   */
  async tipHashAfter(hash: string): Promise<string> {
    if (this.#holds) {
      const params = [HOLD_MS, hash];
      // with the method's help: it takes fewer parameters
      const tip = await absent('MISC_ERROR', this.#rpc.call<{ hash: string }>('waitfornewblock', params));
      if (tip) return tip.hash;
      this.#holds = false;
    }
    await delay(POLL_MS);
    return await this.tipHash();
  }

  /** The hash at a height of the best chain, or undefined above its tip. */
  async hashAt(height: number): Promise<string | undefined> {
    return await absent('INVALID_PARAMETER', this.#rpc.call<string>('getblockhash', [height]));
  }

  /** A header, also of a block that is no longer in the best chain; undefined if bitcoind never saw it. */
  async header(hash: string): Promise<Buffer | undefined> {
    const hex = await absent('INVALID_ADDRESS_OR_KEY', this.#rpc.call<string>('getblockheader', [hash, false]));
    return hex === undefined ? undefined : Buffer.from(hex, 'hex');
  }

  async block(id: BlockId): Promise<Block> {
    const raw = Buffer.from(await this.#rpc.call<string>('getblock', [id.hash, 0]), 'hex');
    return {
      ...id,
      raw,
      header: raw.subarray(0, 80),
      time: raw.readUInt32LE(68),
      previous: displayHash(raw.subarray(4, 36)),
      transactions: parseBlock(raw),
    };
  }

  /** The block at a height of the best chain, or undefined above its tip. */
  async blockAt(height: number): Promise<Block | undefined> {
    const hash = await this.hashAt(height);
    return hash === undefined ? undefined : await this.block({ hash, height });
  }
}

/** What is called for, or undefined if bitcoind answers with this error. */
async function absent<T>(code: keyof typeof BITCOIN_CODE, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isBitcoinError(error, code)) return undefined;
    throw error;
  }
}
