import { outpointName, parseTransaction, type Transaction } from '../bitcoin/transaction.js';
import type { Tx } from '../store/turns.js';
import type { Block } from './blocks.js';
import type { Broadcaster } from './broadcaster.js';

/** LDK's transactions on their way: kept in the turn, sent after its commit, and known by what became of them until a block has settled it. */
export class Outbox {
  readonly #broadcaster: Pick<Broadcaster, 'keep' | 'send'>;
  readonly #sent = new Map<
    string,
    { readonly inputs: Transaction['inputs']; readonly done: Promise<string | undefined> }
  >();

  constructor(broadcaster: Pick<Broadcaster, 'keep' | 'send'>) {
    this.#broadcaster = broadcaster;
  }

  send(tx: Tx, transaction: Transaction): void {
    const { txid, inputs } = transaction;
    this.#broadcaster.keep(tx, transaction);
    const done = new Promise<string | undefined>((resolve) =>
      tx.afterCommit(() => resolve(this.#broadcaster.send(transaction))),
    );
    this.#sent.set(txid, { inputs, done });
  }

  /** Takes LDK's raw transactions. */
  take(tx: Tx, raw: readonly Uint8Array[]): Transaction[] {
    const transactions = raw.map((bytes) => parseTransaction(bytes));
    for (const transaction of transactions) this.send(tx, transaction);
    return transactions;
  }

  /** Resolves when bitcoind has the transaction: to undefined, or to why it refused. At once for one that nobody knows. */
  async sent(txid: string): Promise<string | undefined> {
    return await this.#sent.get(txid)?.done;
  }

  /** Forgets those whose inputs a block has spent, with them or with another. */
  confirmed(block: Block): void {
    if (this.#sent.size === 0) return;
    const spent = new Set(block.transactions.flatMap(({ inputs }) => inputs.map(outpointName)));
    for (const [txid, { inputs }] of this.#sent)
      if (inputs.some((input) => spent.has(outpointName(input)))) this.#sent.delete(txid);
  }
}
