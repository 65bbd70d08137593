import { LnPlayError } from '../core/errors.js';
import type { WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import { FIRST_BLOCKS, FIRST_COINS, MATURITY } from '../daemons/first-blocks.js';
import { withLock } from '../process/lock.js';
import type { BitcoindRpc } from '../rpc/bitcoind.js';
import type { Layout } from './layout.js';
import { markBorn } from './unborn.js';

/** An address that nobody has the key of (its hash is all zeros): blocks to it cost bitcoind's wallets no work. */
const NOBODY = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202';

/** Of bitcoind's getblockchaininfo, what we read. */
interface ChainInfo {
  readonly blocks: number;
  readonly initialblockdownload: boolean;
}

/** Which blocks, where not those that wait for everybody. */
export interface MineOptions {
  /** Who gets the rewards. */
  readonly address?: string | undefined;
  /** Without the transactions that wait. */
  readonly isEmpty?: boolean | undefined;
}

/** Makes blocks. */
export class Miner {
  readonly #bitcoind: Bitcoind;
  readonly #layout: Layout;
  readonly #payTo: () => Promise<string>;

  /** @param payTo the address that gets the rewards */
  constructor(bitcoind: Bitcoind, layout: Layout, payTo: () => Promise<string>) {
    this.#bitcoind = bitcoind;
    this.#layout = layout;
    this.#payTo = payTo;
  }

  /**
   * Sees to it that there are mature coins: some blocks that pay, and a hundred to nobody, which takes a tenth of the time
   * that all of them to a wallet would. A chain whose last block is older than a day gets another one: bitcoind takes it for
   * half downloaded, and a lightningd waits for the rest.
   */
  async prepare(wait?: WaitOptions): Promise<void> {
    const { blocks, initialblockdownload } = await this.#call<ChainInfo>('getblockchaininfo');
    if (blocks >= FIRST_BLOCKS) {
      if (initialblockdownload) await this.mine(1, wait);
      return;
    }
    await this.#generate(FIRST_COINS, await this.#payTo(), wait);
    await this.#generate(MATURITY, NOBODY, wait);
    await this.#flush();
  }

  /**
   * Mines blocks, that pay to the faucet unless an address is given. The chain is on disk when this returns: a bitcoind that is killed would otherwise forget its last blocks,
   * and every lightningd then refuses to start.
   *
   * @returns the hashes, oldest first
   * @throws {LnPlayError} INVALID for what is no address
   */
  async mine(blocks: number, wait?: WaitOptions, { address, isEmpty = false }: MineOptions = {}): Promise<string[]> {
    if (address !== undefined) await this.assertAddress(address);
    const hashes = await this.#generate(blocks, address ?? (await this.#payTo()), wait, isEmpty);
    await this.#flush();
    return hashes;
  }

  /** Does something with the chain while nobody mines; it is on disk when this returns, as with `mine`. */
  async alone<T>(body: () => Promise<T>, { signal }: WaitOptions = {}): Promise<T> {
    const lock = { what: 'the miner', wait: 'wait', signal } as const;
    const result = await withLock(this.#layout.locks, 'miner', lock, body);
    await this.#flush();
    return result;
  }

  /** One at a time: two that bitcoind mines at once may build on the same block, and one of them comes to nothing. */
  async #generate(blocks: number, address: string, { signal }: WaitOptions = {}, isEmpty = false): Promise<string[]> {
    return await withLock(this.#layout.locks, 'miner', { what: 'the miner', wait: 'wait', signal }, async () => {
      if (!isEmpty) return await this.#call<string[]>('generatetoaddress', [blocks, address]);
      const hashes: string[] = [];
      while (hashes.length < blocks)
        hashes.push((await this.#call<{ hash: string }>('generateblock', [address, []])).hash);
      return hashes;
    });
  }

  /** @throws {LnPlayError} INVALID for what is no address of regtest */
  async assertAddress(address: string): Promise<void> {
    const { isvalid, error } = await this.#call<{ isvalid: boolean; error?: string }>('validateaddress', [address]);
    if (isvalid) return;
    throw new LnPlayError('INVALID', `${JSON.stringify(address)} is no address on regtest: ${error}`, {
      hint: 'one begins with bcrt1: a node gives one with `ln-play cli l1 newaddr`',
    });
  }

  /** gettxoutsetinfo is the one RPC that writes bitcoind's caches to disk; without a hash it does little else. */
  async #flush(): Promise<void> {
    await this.#call('gettxoutsetinfo', ['none']);
    await markBorn(this.#layout);
  }

  async #call<T>(...args: Parameters<BitcoindRpc['call']>): Promise<T> {
    return await this.#bitcoind.call<T>(...args);
  }
}
