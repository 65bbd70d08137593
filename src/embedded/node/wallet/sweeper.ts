import type { BitcoindRpc } from '../../../rpc/bitcoind.js';
import type { Transaction } from '../../bitcoin/transaction.js';
import type { Wallet } from '../../chain/wallet.js';
import type { Log } from '../../context.js';
import type { SpendableOutput } from '../../ldk/event-types.js';
import type { Reader, Turn, Tx } from '../../store/turns.js';

const PREFIX = 'spendable/';

export interface SweeperParts {
  readonly store: Reader;
  readonly turn: Turn;
  readonly log: Log;
  readonly rpc: Pick<BitcoindRpc, 'call'>;
  readonly wallet: Pick<Wallet, 'newAddress' | 'scriptOf'>;
  /** Where channels that close together pay to. */
  readonly closeScript: () => Uint8Array;
  /** The outpoints that the transactions spend which are still to be sent, or sent and in no block. */
  readonly spentByKept: () => ReadonlySet<string>;
  /** Has LDK spend an output to a script. */
  readonly spend: (descriptor: Uint8Array, script: Uint8Array) => Transaction;
  /** Notes a transaction, and sends it after the commit. */
  readonly send: (tx: Tx, transaction: Transaction) => void;
}

/** Brings what closed channels leave to us into the wallet. */
export class Sweeper {
  readonly #parts: SweeperParts;
  #sweeping = Promise.resolve();

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  /** Outputs are ours to spend; LDK tells it again after a restart, so all here can be done twice. */
  onSpendable(tx: Tx, outputs: readonly SpendableOutput[]): void {
    const { closeScript } = this.#parts;
    for (const { outpoint, descriptor, script } of outputs) {
      // what pays to the wallet's own script is there already
      if (script && Buffer.compare(script, closeScript()) === 0) continue;
      tx.put(PREFIX + outpoint, descriptor);
    }
    tx.afterCommit(() => void this.sweep());
  }

  /** Spends each output that is still unspent, once: the transaction is sent until a block has spent the output. */
  sweep(): Promise<void> {
    // one after the other: two at once would both find an output unspent
    this.#sweeping = this.#sweeping.then(() => this.#sweepAll());
    return this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    for (const key of this.#parts.store.keys(PREFIX)) {
      try {
        await this.#sweep(key);
      } catch (error) {
        this.#parts.log.debug(`sweeping ${key}: ${String(error)}`); // tried again with the next block
      }
    }
  }

  async #sweep(key: string): Promise<void> {
    const { rpc, wallet, turn, store, spentByKept, spend, send } = this.#parts;
    const outpoint = key.slice(PREFIX.length);
    if (spentByKept().has(outpoint)) return;
    const [txid, vout] = outpoint.split(':');
    const find = (withMempool: boolean): Promise<unknown> => rpc.call('gettxout', [txid, Number(vout), withMempool]);
    if (await find(true)) {
      const { address } = await wallet.newAddress('p2tr');
      const script = (await wallet.scriptOf(address))!;
      await turn((tx) => send(tx, spend(store.get(key)!, script)));
    } else if (!(await find(false))) await turn((tx) => tx.delete(key));
  }
}
