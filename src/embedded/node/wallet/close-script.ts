import type { Wallet } from '../../chain/wallet.js';
import type { Reader, Turn } from '../../store/turns.js';

const KEY = 'wallet/close-script';

/** Where channels that close together pay to: an address of the wallet's, always the same. */
export class CloseScript {
  #script: Uint8Array;

  constructor(store: Reader) {
    this.#script = store.get(KEY) ?? new Uint8Array();
  }

  get script(): Uint8Array {
    return this.#script;
  }

  /** Takes an address of the wallet's, if there is none yet. */
  async choose(wallet: Pick<Wallet, 'newAddress' | 'scriptOf'>, turn: Turn): Promise<void> {
    if (this.#script.length > 0) return;
    const { address } = await wallet.newAddress('p2tr');
    const script = await wallet.scriptOf(address);
    if (!script) throw new Error(`bitcoind does not know its own address ${address}`);
    this.#script = Uint8Array.from(script);
    await turn((tx) => tx.put(KEY, script));
  }
}
