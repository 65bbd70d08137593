import { satToBtc } from '../core/amounts.js';
import { LnPlayError, messageOf } from '../core/errors.js';
import { waitFor, type WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import { MATURITY } from '../daemons/first-blocks.js';
import { rawTransaction, type RawOutput } from './weather/raw-transaction.js';
import { BitcoinRpcError, isBitcoinError, type BitcoindRpc } from '../rpc/bitcoind.js';

const WALLET = 'faucet';
/** What bitcoind says while it still makes or loads the wallet for a command that was killed. */
const BUSY = /exclusive lock|already exists|already being loaded/i;

const TOO_LITTLE = /insufficient funds/i;
/** regtest's subsidy (Bitcoin Core, src/kernel/chainparams.cpp), and after how many blocks there is none worth a fee. */
const FIRST_REWARD_SAT = 50n * 100_000_000n;
const HALVING_BLOCKS = 150;
const MOST_BLOCKS = 2_000;

/** Of bitcoind's gettransaction, what we read. */
interface WalletTransaction {
  readonly confirmations: number;
  readonly hex: string;
}

/** The same with its inputs and outputs; `fee`, below zero, where the wallet has sent it. In bitcoin. */
interface SentTransaction {
  readonly fee?: number;
  readonly decoded: {
    readonly vin: readonly { readonly txid: string; readonly vout: number }[];
    readonly vout: readonly { readonly value: number }[];
  };
}

/** What waits is more than a block takes from here on, in vB. */
const FULL_VBYTES = 900_000;

/** More than what it double-spends may have paid. */
const DOUBLE_SPEND_FEE_SAT = 10_000n;

/** bitcoind's wallet that pays for everything. */
export class Faucet {
  readonly #bitcoind: Bitcoind;
  #address: string | undefined;

  constructor(bitcoind: Bitcoind) {
    this.#bitcoind = bitcoind;
  }

  /** The name of its wallet in bitcoind. */
  get wallet(): string {
    return WALLET;
  }

  /** Sees to it that bitcoind has its wallet, and has loaded it. */
  async prepare(wait?: WaitOptions): Promise<void> {
    await waitFor(
      "bitcoind's wallet",
      async () => {
        try {
          await this.#loadOrCreateWallet();
          return { done: undefined };
        } catch (error) {
          if (!(error instanceof BitcoinRpcError) || !BUSY.test(error.message)) throw error;
          return { seen: error.message };
        }
      },
      wait,
    );
  }

  /** An address of the faucet. */
  async address(): Promise<string> {
    this.#address ??= await this.#ask<string>('getnewaddress');
    return this.#address;
  }

  /** An address that no block pays to yet. */
  async freshAddress(): Promise<string> {
    return await this.#ask<string>('getnewaddress');
  }

  /**
   * A transaction that spends the same as one of its own, and pays all of it back to the faucet.
   *
   * @returns raw, hex; undefined for a transaction that is not the faucet's, or that spends what is not there
   */
  async doubleSpend(txid: string): Promise<string | undefined> {
    try {
      const { fee, decoded } = await this.#ask<SentTransaction>('gettransaction', [txid, null, true]);
      if (fee === undefined) return undefined;
      const inputs = decoded.vin.map((input) => ({ txid: input.txid, vout: input.vout }));
      const inSat = decoded.vout.reduce((sum, { value }) => sum + Math.round(value * 1e8), Math.round(-fee * 1e8));
      const out = { [await this.freshAddress()]: satToBtc(BigInt(inSat) - DOUBLE_SPEND_FEE_SAT) };
      const raw = await this.#call<string>('createrawtransaction', [inputs, out]);
      const { hex, complete } = await this.#ask<{ hex: string; complete: boolean }>('signrawtransactionwithwallet', [
        raw,
      ]);
      return complete ? hex : undefined;
    } catch (error) {
      if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return undefined; // none of its wallet's
      throw error;
    }
  }

  /** Its wallet is another one by now. */
  forget(): void {
    this.#address = undefined;
  }

  /** What can be spent now, in sat. */
  async balanceSat(): Promise<bigint> {
    const { mine } = await this.#ask<{ mine: { trusted: number } }>('getbalances');
    return BigInt(Math.round(mine.trusted * 1e8));
  }

  /**
   * Sends to an address; the transaction is in the mempool, or already in a block, when this returns.
   *
   * @returns its txid
   * @throws {LnPlayError} INVALID when the faucet has less; DAEMON when bitcoind's policy keeps it out of the mempool
   */
  async send(address: string, amountSat: bigint): Promise<string> {
    const sent = { address, amount: satToBtc(amountSat), ...(await this.#feeRate()) };
    const txid = await this.#orTooLittle(amountSat, () => this.#ask<string>('sendtoaddress', sent));
    await this.#assertAccepted(txid);
    return txid;
  }

  /**
   * As `send`, to many addresses in one transaction.
   *
   * @param amounts in sat, by address
   */
  async sendMany(amounts: ReadonlyMap<string, bigint>): Promise<string> {
    const outputs = Object.fromEntries(Array.from(amounts, ([address, sat]) => [address, satToBtc(sat)]));
    const total = [...amounts.values()].reduce((sum, sat) => sum + sat, 0n);
    const sent = { dummy: '', amounts: outputs, ...(await this.#feeRate()) };
    const txid = await this.#orTooLittle(total, () => this.#ask<string>('sendmany', sent));
    await this.#assertAccepted(txid);
    return txid;
  }

  /**
   * A transaction that pays to scripts, in this order, signed and not sent yet; nothing else spends the same coins until
   * `unlock`.
   *
   * @throws {LnPlayError} INVALID when the faucet has less
   */
  async signed(outputs: readonly RawOutput[]): Promise<{ readonly txid: string; readonly hex: string }> {
    const total = outputs.reduce((sum, { amountSat }) => sum + amountSat, 0n);
    const how = { changePosition: outputs.length, lockUnspents: true, ...(await this.#feeRate()) };
    const raw = rawTransaction([], outputs);
    const funded = await this.#orTooLittle(total, () =>
      this.#ask<{ hex: string }>('fundrawtransaction', [raw, how, false]),
    );
    const { hex } = await this.#ask<{ hex: string }>('signrawtransactionwithwallet', [funded.hex]);
    const { txid } = await this.#call<{ txid: string }>('decoderawtransaction', [hex]);
    return { txid, hex };
  }

  /** Lets all coins be spent again that a transaction was made of. */
  async unlock(): Promise<void> {
    await this.#ask('lockunspent', [true]);
  }

  /** Where more waits than a block takes: twice what that pays on the average. Else what the wallet thinks right. */
  async #feeRate(): Promise<{ readonly fee_rate?: number }> {
    const { bytes, total_fee } = await this.#call<{ bytes: number; total_fee: number }>('getmempoolinfo');
    return bytes < FULL_VBYTES ? {} : { fee_rate: Math.ceil((2 * total_fee * 1e8) / bytes) };
  }

  async #orTooLittle<T>(amountSat: bigint, body: () => Promise<T>): Promise<T> {
    try {
      return await body();
    } catch (error) {
      // bitcoind has the same codes for other things: an output that is too small
      const isOne = isBitcoinError(error, 'WALLET_INSUFFICIENT_FUNDS', 'WALLET_ERROR');
      if (!isOne || !TOO_LITTLE.test(messageOf(error))) throw error;
      const has = await this.balanceSat();

      throw new LnPlayError('INVALID', `${satToBtc(amountSat)}btc is more than the faucet has: ${satToBtc(has)}btc`, {
        hint: await this.#howToGet(amountSat - has),
        cause: error,
      });
    }
  }

  /** How many blocks bring the faucet that much more: their rewards, which halve every so often, can be spent later. */
  async #howToGet(missingSat: bigint): Promise<string> {
    const { blocks: height } = await this.#call<{ blocks: number }>('getblockchaininfo');
    let minedSat = 0n;
    for (let blocks = 1; blocks <= MOST_BLOCKS; blocks++) {
      minedSat += FIRST_REWARD_SAT >> BigInt(Math.floor((height + blocks) / HALVING_BLOCKS));
      if (minedSat > missingSat) return `send less, or mine more for it: ln-play mine ${blocks + MATURITY}`;
    }
    return 'send less: mining brings ever less, and never that much';
  }

  /** bitcoind's wallet also gives the txid of a transaction that its mempool refuses, and tells nobody but its log. */
  async #assertAccepted(txid: string): Promise<void> {
    try {
      await this.#call('getmempoolentry', [txid]);
    } catch (cause) {
      if (!isBitcoinError(cause, 'INVALID_ADDRESS_OR_KEY')) throw cause;
      const { confirmations, hex } = await this.#ask<WalletTransaction>('gettransaction', [txid]);
      if (confirmations > 0) return; // somebody else has mined meanwhile
      const [verdict] = await this.#call<{ 'reject-reason'?: string }[]>('testmempoolaccept', [[hex]]);
      await this.#ask('abandontransaction', [txid]);
      throw new LnPlayError('DAEMON', `bitcoind refuses the faucet's transaction: ${verdict?.['reject-reason']}`, {
        hint: `try again, or mend the policy options in ${this.#bitcoind.configFile}`,
        cause,
      });
    }
  }

  async #loadOrCreateWallet(): Promise<void> {
    if ((await this.#call<string[]>('listwallets')).includes(WALLET)) return;
    try {
      await this.#call('loadwallet', [WALLET, true]);
    } catch (error) {
      if (isBitcoinError(error, 'WALLET_ALREADY_LOADED')) return;
      if (!isBitcoinError(error, 'WALLET_NOT_FOUND')) throw error;
      await this.#call('createwallet', { wallet_name: WALLET, load_on_startup: true });
    }
  }

  /** Asks its wallet; if bitcoind has not loaded that, or nobody has made it yet, it is seen to first. */
  async #ask<T>(method: string, params: readonly unknown[] | object = []): Promise<T> {
    try {
      return await this.#call<T>(method, params, WALLET);
    } catch (error) {
      if (!isBitcoinError(error, 'WALLET_NOT_FOUND')) throw error;
      await this.prepare();
      return await this.#call<T>(method, params, WALLET);
    }
  }

  async #call<T>(...args: Parameters<BitcoindRpc['call']>): Promise<T> {
    return await this.#bitcoind.call<T>(...args);
  }
}
