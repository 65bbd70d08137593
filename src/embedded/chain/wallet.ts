import { messageOf } from '../../core/errors.js';
import { isBitcoinError, type BitcoindRpc } from '../../rpc/bitcoind.js';
import type { Reader, Turn } from '../store/turns.js';
import { outpointName, parseTransaction, type Transaction } from '../bitcoin/transaction.js';
import { replaceScript, unfunded, type Output } from '../bitcoin/unfunded.js';

export type AddressType = 'bech32' | 'p2tr';

interface Outpoint {
  readonly txid: string;
  readonly vout: number;
}

export interface Utxo extends Outpoint {
  readonly valueSat: bigint;
  readonly script: string;
  readonly address: string | undefined;
  readonly confirmations: number;
  readonly reserved: boolean;
}

/** Coins that are set aside for a transaction of which the first output's script may still change. */
export interface Funded {
  readonly unsignedHex: string;
  readonly feeSat: bigint;
  readonly inputs: Transaction['inputs'];
  /** The first output, after the fee if it bears the fee. */
  readonly amountSat: bigint;
}

export interface FundOptions {
  readonly feeratePerKw: number;
  readonly minconf: number;
  /** Only these coins, and all of them. */
  readonly utxos?: readonly Outpoint[] | undefined;
  /** The first output gets what is there after the fee, and there is no change. */
  readonly all?: boolean;
}

/** There is not enough in the wallet. */
export class InsufficientFundsError extends Error {}

const NEXT_INDEX = 'wallet/next-index';
/** Up to which index bitcoind has our keys; not there while its wallet is blank. */
const IMPORTED = 'wallet/imported';
/** How many keys bitcoind gets beyond the one that is needed: it works each out again whenever it loads the wallet. */
const AHEAD = 25;
const DESCRIPTORS: Record<AddressType, (key: string) => string> = {
  bech32: (key) => `wpkh(${key}/0/0/*)`,
  p2tr: (key) => `tr(${key}/0/0/*)`,
};

export interface WalletParts {
  readonly rpc: BitcoindRpc;
  readonly nodeId: string;
  /** The extended private key: `tprv…`. */
  readonly key: string;
  readonly store: Reader;
  readonly turn: Turn;
  /** The outpoints that the transactions spend which are still to be sent, or sent and in no block. */
  readonly spentByKept: () => ReadonlySet<string>;
}

/**
 * The node's on-chain wallet: a descriptor wallet of bitcoind's, one for each node, with the keys that Core Lightning
 * derives from the same secret (m/0/0/k, k from 1), so that the addresses are the same every time.
 */
export class Wallet {
  readonly name: string;
  readonly #rpc: BitcoindRpc;
  readonly #key: string;
  readonly #store: Reader;
  readonly #turn: Turn;
  readonly #spentByKept: () => ReadonlySet<string>;
  readonly #public = new Map<AddressType, string>();
  #opened: Promise<void> | undefined;
  #loading: Promise<boolean> | undefined;
  #importing: Promise<void> | undefined;

  constructor({ rpc, nodeId, key, store, turn, spentByKept }: WalletParts) {
    this.#rpc = rpc;
    this.name = `ln-play-${nodeId}`;
    this.#key = key;
    this.#store = store;
    this.#turn = turn;
    this.#spentByKept = spentByKept;
  }

  /** Makes or loads the wallet, once; tries again after a failure. */
  open(): Promise<void> {
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  /** A fresh address, with its index in the key tree. That it is taken is on disk when it is given away. */
  async newAddress(type: AddressType): Promise<{ address: string; index: number }> {
    await this.open();
    const index = await this.#turn((tx) => {
      const next = this.nextIndex;
      tx.putJson(NEXT_INDEX, next + 1);
      return next;
    });
    while (index > this.#imported) await this.#importBeyond(index);
    return { address: await this.addressAt(type, index), index };
  }

  /** The address at `index`, and those after it where `count` is given. */
  async addressAt(type: AddressType, index: number): Promise<string> {
    return (await this.addressesAt(type, index, index))[0]!;
  }

  async addressesAt(type: AddressType, first: number, last: number): Promise<string[]> {
    await this.open();
    return await this.#rpc.call<string[]>('deriveaddresses', [this.#public.get(type)!, [first, last]]);
  }

  /** The index that the next address will have: all below have been given away. */
  get nextIndex(): number {
    return this.#store.getJson<number>(NEXT_INDEX) ?? 1;
  }

  /** The script of an address, or undefined if it is none of this network. */
  async scriptOf(address: string): Promise<Buffer | undefined> {
    const { isvalid, scriptPubKey } = await this.#rpc.call<{ isvalid: boolean; scriptPubKey?: string }>(
      'validateaddress',
      [address],
    );
    return isvalid && scriptPubKey ? Buffer.from(scriptPubKey, 'hex') : undefined;
  }

  /** All coins, those that are set aside too. */
  async utxos(): Promise<Utxo[]> {
    await this.open();
    const [free, locked] = await Promise.all([
      this.#call<RpcUtxo[]>('listunspent', [0, 9_999_999, [], true]),
      this.#call<Outpoint[]>('listlockunspent'),
    ]);
    const found = await Promise.all(
      locked.map(async ({ txid, vout }) => {
        const out = await this.#rpc.call<RpcTxOut | null>('gettxout', [txid, vout, true]);
        return out ? [{ txid, vout, ...fromTxOut(out), reserved: true }] : [];
      }),
    );
    return [...free.map(fromListUnspent), ...found.flat()];
  }

  /**
   * Chooses coins for `outputs` and sets them aside, until `sign`ed and sent, or `release`d, or bitcoind ends.
   *
   * @throws {InsufficientFundsError}
   */
  async fund(outputs: readonly Output[], options: FundOptions): Promise<Funded> {
    const change = await this.newAddress('p2tr');
    try {
      const { hex, fee } = await this.#call<{ hex: string; fee: number }>('fundrawtransaction', [
        unfunded(outputs, options.utxos),
        {
          changeAddress: change.address,
          fee_rate: options.feeratePerKw / 250,
          lockUnspents: true,
          include_unsafe: options.minconf === 0,
          minconf: options.minconf,
          add_inputs: options.utxos === undefined,
          ...(options.all && { subtractFeeFromOutputs: [0] }),
          changePosition: outputs.length,
        },
        false,
      ]);
      const { inputs, outputs: made } = parseTransaction(Buffer.from(hex, 'hex'));
      return { unsignedHex: hex, feeSat: satOf(fee), inputs, amountSat: made[0]!.valueSat };
    } catch (error) {
      if (!isBitcoinError(error, 'WALLET_ERROR', 'WALLET_INSUFFICIENT_FUNDS')) throw error;
      throw new InsufficientFundsError(messageOf(error), { cause: error });
    }
  }

  /** Signs, with another script of the same length in the first output where `script` is given. */
  async sign(funded: Funded, script?: Uint8Array): Promise<Transaction> {
    const hex = script ? replaceScript(funded.unsignedHex, script) : funded.unsignedHex;
    const signed = await this.#call<{ hex: string; complete: boolean; errors?: unknown }>(
      'signrawtransactionwithwallet',
      [hex],
    );
    if (!signed.complete) throw new Error(`bitcoind could not sign: ${JSON.stringify(signed.errors)}`);
    return parseTransaction(Buffer.from(signed.hex, 'hex'));
  }

  async release(funded: Funded): Promise<void> {
    const outputs = funded.inputs.map(({ txid, vout }) => ({ txid, vout }));
    await this.#call('lockunspent', [true, outputs]);
  }

  /** The wallet's transactions, one entry for each of their outputs that is about us. */
  transactions(): Promise<RpcTransaction[]> {
    return this.open().then(() => this.#call<RpcTransaction[]>('listtransactions', ['*', 10_000, 0]));
  }

  /** A transaction of the wallet's in full. */
  transaction(txid: string): Promise<{ readonly hex: string }> {
    return this.#call('gettransaction', [txid]);
  }

  async #call<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    try {
      return await this.#rpc.call<T>(method, params, this.name);
    } catch (error) {
      if (!isBitcoinError(error, 'WALLET_NOT_FOUND')) throw error;
      // bitcoind was restarted, and has its wallets closed
      this.#loading ??= this.#createOrLoad().finally(() => (this.#loading = undefined));
      await this.#loading;
      return await this.#rpc.call<T>(method, params, this.name);
    }
  }

  async #open(): Promise<void> {
    const [isNew] = await Promise.all([this.#createOrLoad(), this.#describe()]);
    if (isNew || this.#imported < this.nextIndex) await this.#importBeyond(this.nextIndex);
    if (!isNew) await this.#releaseForgotten();
  }

  /** bitcoind keeps coins set aside for a node that was killed before it made its transaction of them. */
  async #releaseForgotten(): Promise<void> {
    const locked = await this.#call<Outpoint[]>('listlockunspent');
    const needed = this.#spentByKept();
    const forgotten = locked.filter((outpoint) => !needed.has(outpointName(outpoint)));
    if (forgotten.length > 0) await this.#call('lockunspent', [true, forgotten]);
  }

  async #createOrLoad(): Promise<boolean> {
    try {
      await this.#rpc.call('loadwallet', [this.name]);
      return false;
    } catch (error) {
      if (isBitcoinError(error, 'WALLET_ALREADY_LOADED')) return false;
      if (!isBitcoinError(error, 'WALLET_NOT_FOUND')) throw error;
    }
    if (this.#imported > 0) await this.#turn((tx) => tx.delete(IMPORTED)); // into the one that is gone
    const blank = { wallet_name: this.name, blank: true, descriptors: true, load_on_startup: false };
    await this.#rpc.call('createwallet', blank);
    return true;
  }

  async #describe(): Promise<void> {
    for (const [type, describe] of Object.entries(DESCRIPTORS) as [AddressType, (key: string) => string][]) {
      const info = await this.#rpc.call<{ descriptor: string }>('getdescriptorinfo', [describe(this.#key)]);
      this.#public.set(type, info.descriptor);
    }
  }

  get #imported(): number {
    const imported = this.#store.getJson<number | true>(IMPORTED) ?? 0;
    return imported === true ? 0 : imported; // as earlier versions had it, who imported more than they said
  }

  /** Sees to it that bitcoind has the keys up to some beyond `index`, which nobody has been given yet. */
  async #importBeyond(index: number): Promise<void> {
    this.#importing ??= this.#import(index + AHEAD).finally(() => (this.#importing = undefined));
    await this.#importing;
  }

  async #import(wanted: number): Promise<void> {
    const { descriptors } = await this.#call<{ descriptors: { range?: [number, number] }[] }>('listdescriptors');
    const had = Math.max(0, ...descriptors.map(({ range }) => range?.[1] ?? 0));
    const end = Math.max(wanted, had); // it takes no smaller range than it has
    const requests = await Promise.all(
      Object.values(DESCRIPTORS).map(async (describe) => {
        const bare = describe(this.#key);
        const { checksum } = await this.#rpc.call<{ checksum: string }>('getdescriptorinfo', [bare]);
        // blocks may pay to the first of them: the wallet of this key may be made anew
        return { desc: `${bare}#${checksum}`, range: [0, end], timestamp: had === 0 ? 0 : 'now', active: false };
      }),
    );
    const results = await this.#call<{ success: boolean; error?: { message: string } }[]>('importdescriptors', [
      requests,
    ]);
    const failed = results.find(({ success }) => !success);
    if (failed) throw new Error(`bitcoind refuses the wallet's keys: ${failed.error?.message}`);
    await this.#turn((tx) => tx.putJson(IMPORTED, end));
  }
}

interface RpcUtxo {
  readonly txid: string;
  readonly vout: number;
  readonly amount: number;
  readonly scriptPubKey: string;
  readonly address?: string;
  readonly confirmations: number;
}

interface RpcTxOut {
  readonly value: number;
  readonly confirmations: number;
  readonly scriptPubKey: { readonly hex: string; readonly address?: string };
}

/** Of bitcoind's listtransactions, what we read. */
export interface RpcTransaction {
  readonly txid: string;
  readonly confirmations: number;
  readonly blockheight?: number;
  readonly blockindex?: number;
}

/** bitcoind's decimal BTC in sat. */
const satOf = (btc: number): bigint => BigInt(Math.round(btc * 1e8));

const fromListUnspent = (utxo: RpcUtxo): Utxo => ({
  txid: utxo.txid,
  vout: utxo.vout,
  valueSat: satOf(utxo.amount),
  script: utxo.scriptPubKey,
  address: utxo.address,
  confirmations: utxo.confirmations,
  reserved: false,
});

const fromTxOut = (out: RpcTxOut): Pick<Utxo, 'valueSat' | 'script' | 'address' | 'confirmations'> => ({
  valueSat: satOf(out.value),
  script: out.scriptPubKey.hex,
  address: out.scriptPubKey.address,
  confirmations: out.confirmations,
});
