import { messageOf } from '../../../core/errors.js';
import { isBitcoinError, type BitcoindRpc } from '../../../rpc/bitcoind.js';
import { outpointName } from '../../bitcoin/transaction.js';
import type { Log } from '../../context.js';
import type { Turn, Tx } from '../../store/turns.js';
import type { ChannelRecord, Channels } from './record.js';

/** BOLT #2: so long after the opening, the side that does not fund a channel may forget it. */
const FORGET_AFTER_BLOCKS = 2016;

export interface NeverFundedParts {
  readonly turn: Turn;
  readonly log: Log;
  readonly rpc: Pick<BitcoindRpc, 'call'>;
  readonly channels: Pick<Channels, 'all' | 'get' | 'update' | 'forget'>;
  readonly height: () => number;
  /** Drops the transactions that spend an outpoint which there will never be. */
  readonly forgetSpending: (tx: Tx, outpoint: string) => void;
}

/**
 * Channels that a peer opened and ended without a funding transaction: one that was killed before our signature reached
 * it knows nothing of the channel when it is back. Nothing of ours is in them, so they are not shown. What LDK needs to
 * get our part is kept for the while in which the transaction may still turn up.
 */
export class NeverFunded {
  readonly #parts: NeverFundedParts;

  constructor(parts: NeverFundedParts) {
    this.#parts = parts;
  }

  /** Looks for the funding transactions: when a channel is closed, with each block, and at the start. */
  look(): void {
    this.#look().catch((error: unknown) =>
      this.#parts.log.debug(`looking for funding transactions: ${messageOf(error)}`),
    );
  }

  async #look(): Promise<void> {
    const { channels, turn } = this.#parts;
    for (const record of channels.all().filter(isEndedByOpener)) {
      const known = await this.#isFundingKnown(record);
      await turn((tx) => this.#note(tx, record.channelId, known));
    }
  }

  #note(tx: Tx, channelId: string, known: boolean): void {
    const { channels, height, log } = this.#parts;
    const record = channels.get(channelId);
    if (!record || !isEndedByOpener(record)) return; // a block came meanwhile
    const { hiddenSince } = record;
    if (known && hiddenSince !== undefined) channels.update(tx, channelId, { hiddenSince: undefined });
    if (!known && hiddenSince === undefined) {
      channels.update(tx, channelId, { hiddenSince: height() });
      log.info(`channel ${channelId} was ended by its opener, and nobody has seen its funding transaction: dropped`);
    }
    if (!known && height() - (hiddenSince ?? height()) >= FORGET_AFTER_BLOCKS) this.#forget(tx, record);
  }

  /** Whether the transaction is in a block, or waits for one. Who spends it in a block is Channels' to see. */
  async #isFundingKnown({ fundingTxid, fundingOutnum }: ChannelRecord): Promise<boolean> {
    const { rpc } = this.#parts;
    if ((await rpc.call<object | null>('gettxout', [fundingTxid, fundingOutnum, false])) !== null) return true;
    try {
      await rpc.call('getmempoolentry', [fundingTxid]);
      return true;
    } catch (error) {
      if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return false;
      throw error;
    }
  }

  #forget(tx: Tx, { channelId, fundingTxid, fundingOutnum }: ChannelRecord): void {
    this.#parts.channels.forget(tx, channelId);
    this.#parts.forgetSpending(tx, outpointName({ txid: fundingTxid, vout: fundingOutnum }));
  }
}

const isEndedByOpener = ({ opener, state }: ChannelRecord): boolean =>
  opener === 'remote' && state === 'AWAITING_UNILATERAL';
