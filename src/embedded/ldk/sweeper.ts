import * as ldk from '#ldk';
import { parseTransaction } from '../bitcoin/transaction.js';
import { FEERATE_FLOOR } from '../../cln/feerate.js';
import { err, ok } from './convert.js';
import type { Node } from './node.js';
import { outpointOf } from './persist.js';

const PREFIX = 'spendable/';

/** Brings what closed channels leave to us into the wallet. */
export class Sweeper {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Outputs are ours to spend; LDK tells it again after a restart, so all here can be done twice. */
  onSpendable(event: ldk.Event_SpendableOutputs): void {
    const { store } = this.#node;
    for (const output of event.outputs) {
      // what pays to the wallet's own script is there already
      if (output instanceof ldk.SpendableOutputDescriptor_StaticOutput && this.#isWallets(output)) continue;
      store.put(PREFIX + outpointOf(output.spendable_outpoint()), output.write());
    }
    this.#node.engine.afterCommit(() => void this.sweep());
  }

  /** Spends each output that is still unspent; the broadcaster sends it until it is in a block. */
  async sweep(): Promise<void> {
    const { store, engine, wallet } = this.#node;
    for (const key of store.keys(PREFIX)) {
      const [txid, vout] = key.slice(PREFIX.length).split(':');
      try {
        const unspent = await this.#node.rpc.call('gettxout', [txid, Number(vout), true]);
        if (unspent) {
          const { address } = await wallet.newAddress('p2tr');
          const script = (await wallet.scriptOf(address))!;
          await engine.act(() => this.#spend(store.get(key)!, script));
        } else if (!(await this.#node.rpc.call('gettxout', [txid, Number(vout), false]))) store.delete(key);
      } catch (error) {
        this.#node.log.debug(`sweeping ${key}: ${String(error)}`); // tried again with the next block
      }
    }
  }

  #spend(serialized: Uint8Array, script: Uint8Array): void {
    const descriptor = ok<ldk.SpendableOutputDescriptor>(ldk.SpendableOutputDescriptor.constructor_read(serialized));
    if (!descriptor) throw new Error('a spendable output cannot be read');
    const spent = this.#node.engine.keysManager
      .as_OutputSpender()
      .spend_spendable_outputs([descriptor], [], script, FEERATE_FLOOR, ldk.Option_u32Z.constructor_none());
    const raw = ok<Uint8Array>(spent);
    if (!raw) throw new Error(`LDK cannot spend it: ${String(err(spent))}`);
    const transaction = parseTransaction(raw);
    this.#node.broadcaster.keep(transaction);
    this.#node.engine.afterCommit(() => void this.#node.broadcaster.send(transaction));
  }

  #isWallets(output: ldk.SpendableOutputDescriptor_StaticOutput): boolean {
    return Buffer.compare(output.output.script_pubkey, this.#node.walletScript()) === 0;
  }
}
