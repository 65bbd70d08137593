import type { BitcoindRpc } from '../../../rpc/bitcoind.js';
import type { Transaction } from '../../bitcoin/transaction.js';
import { dustLimitSat } from '../../bitcoin/unfunded.js';
import type { Broadcaster } from '../../chain/broadcaster.js';
import { InsufficientFundsError, type Funded, type Utxo, type Wallet } from '../../chain/wallet.js';
import type { Turn } from '../../store/turns.js';
import { cannotAfford, NodeError } from '../errors.js';

export interface WithdrawalRequest {
  readonly script: Uint8Array;
  readonly amountSat: bigint | 'all';
  readonly feeratePerKw: number;
  readonly minconf: number;
  readonly utxos: readonly { readonly txid: string; readonly vout: number }[] | undefined;
}

export interface WithdrawalParts {
  readonly turn: Turn;
  readonly rpc: Pick<BitcoindRpc, 'call'>;
  readonly wallet: Pick<Wallet, 'utxos' | 'fund' | 'sign' | 'release'>;
  readonly broadcaster: Pick<Broadcaster, 'keep' | 'send' | 'forget'>;
}

/** Pays out of the wallet. */
export class Withdrawal {
  readonly #parts: WithdrawalParts;

  constructor(parts: WithdrawalParts) {
    this.#parts = parts;
  }

  /**
   * Makes a transaction and sends it.
   *
   * @throws {NodeError} with lightning-withdraw(7)'s codes
   */
  async send(request: WithdrawalRequest): Promise<{ readonly transaction: Transaction; readonly psbt: string }> {
    const { wallet, rpc, turn, broadcaster } = this.#parts;
    const funded = await this.#fund(request);
    try {
      const transaction = await wallet.sign(funded);
      const psbt = await rpc.call<string>('converttopsbt', [transaction.raw.toString('hex'), true]);
      await turn((tx) => broadcaster.keep(tx, transaction));
      const refused = await broadcaster.send(transaction);
      if (refused === undefined) return { transaction, psbt };
      await turn((tx) => broadcaster.forget(tx, transaction));
      throw new NodeError('LIGHTNINGD', `Error broadcasting transaction: ${refused}`);
    } catch (error) {
      await wallet.release(funded).catch(() => {}); // bitcoind is away, or has spent them: they are not set aside then
      throw error;
    }
  }

  async #fund({ script, amountSat, feeratePerKw, minconf, utxos }: WithdrawalRequest): Promise<Funded> {
    const { wallet } = this.#parts;
    if (amountSat !== 'all' && amountSat < dustLimitSat(script))
      throw new NodeError('FUND_OUTPUT_IS_DUST', `Output ${amountSat} satoshis would be dust`);
    const coins = await wallet.utxos();
    const usable = coins.filter((coin) => !coin.reserved && coin.confirmations >= minconf);
    const all = amountSat === 'all';
    const isChosen = (coin: Utxo): boolean =>
      utxos ? utxos.some(({ txid, vout }) => txid === coin.txid && vout === coin.vout) : usable.includes(coin);
    const total = coins.filter(isChosen).reduce((sum, { valueSat }) => sum + valueSat, 0n);
    if (all && total === 0n) throw new NodeError('FUND_CANNOT_AFFORD', 'No available UTXOs');
    const output = { valueSat: all ? total : amountSat, script };
    try {
      return await wallet.fund([output], { feeratePerKw, minconf, utxos: utxos ?? (all ? usable : undefined), all });
    } catch (error) {
      if (!(error instanceof InsufficientFundsError)) throw error;
      throw cannotAfford(all ? undefined : amountSat, usable.length, total);
    }
  }
}
