import { messageOf } from '../../core/errors.js';
import { BitcoinRpcError, isBitcoinError, type BitcoindRpc } from '../../rpc/bitcoind.js';
import type { Log } from '../context.js';
import type { Reader, Tx } from '../store/turns.js';
import type { Block } from './blocks.js';
import { outpointName, parseTransaction, type Transaction } from '../bitcoin/transaction.js';

const PREFIX = 'broadcast/';

/**
 * Sends transactions, and again with each block until they are in one: bitcoind may be away, or may have dropped them.
 * They are in the store before they are sent.
 */
export class Broadcaster {
  readonly #rpc: BitcoindRpc;
  readonly #store: Reader;
  readonly #log: Log;

  constructor(rpc: BitcoindRpc, store: Reader, log: Log) {
    this.#rpc = rpc;
    this.#store = store;
    this.#log = log;
  }

  /** Notes a transaction, in the turn whose commit comes before it is sent. */
  keep(tx: Tx, transaction: Transaction): void {
    tx.put(PREFIX + transaction.txid, transaction.raw);
  }

  /** The outpoints that the transactions spend which are in no block yet. */
  spends(): Set<string> {
    const kept = this.#store.keys(PREFIX).map((key) => parseTransaction(this.#store.get(key)!));
    return new Set(kept.flatMap(({ inputs }) => inputs.map(outpointName)));
  }

  /** Drops a transaction that bitcoind has refused, for good with the next commit. */
  forget(tx: Tx, transaction: Transaction): void {
    tx.delete(PREFIX + transaction.txid);
  }

  /** Drops those that spend an outpoint which there will never be, with the next commit. */
  forgetSpending(tx: Tx, outpoint: string): void {
    for (const key of this.#store.keys(PREFIX)) {
      const { inputs } = parseTransaction(this.#store.get(key)!);
      if (inputs.some((input) => outpointName(input) === outpoint)) tx.delete(key);
    }
  }

  /** Resolves to why bitcoind refused it, or to undefined when it has it, or is away and gets it when it is back. */
  async send(transaction: Transaction): Promise<string | undefined> {
    try {
      await this.#rpc.call('sendrawtransaction', [transaction.raw.toString('hex'), 0]);
      this.#log.debug(`sendrawtransaction ${transaction.txid}`);
      return undefined;
    } catch (error) {
      this.#log.debug(`sendrawtransaction ${transaction.txid}: ${messageOf(error)}`);
      const fine = isBitcoinError(error, 'VERIFY_ALREADY_IN_UTXO_SET', 'IN_WARMUP');
      return error instanceof BitcoinRpcError && !fine ? messageOf(error) : undefined;
    }
  }

  /** Sends all that is in no block yet. */
  async resend(): Promise<void> {
    for (const key of this.#store.keys(PREFIX)) {
      const raw = this.#store.get(key); // a block may have come while the others were sent
      if (raw) await this.send(parseTransaction(raw));
    }
  }

  /** Forgets those that a block has, and those that spend what a block has spent. */
  confirmed(tx: Tx, block: Block): void {
    const waiting = this.#store.keys(PREFIX);
    if (waiting.length === 0) return;
    const spent = new Set(block.transactions.flatMap(({ inputs }) => inputs.map(outpointName)));
    for (const key of waiting) {
      const { inputs } = parseTransaction(this.#store.get(key)!);
      if (inputs.some((input) => spent.has(outpointName(input)))) tx.delete(key);
    }
  }
}
