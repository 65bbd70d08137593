import { messageOf } from '../../core/errors.js';
import { isBitcoinError } from '../../rpc/bitcoind.js';
import { outpointName } from '../bitcoin/transaction.js';
import type { ChannelRecord } from './channels.js';
import type { Node } from './node.js';

/** BOLT #2: so long after the opening, the side that does not fund a channel may forget it. */
const FORGET_AFTER_BLOCKS = 2016;

/**
 * Channels that a peer opened and ended without a funding transaction: one that was killed before our signature reached
 * it knows nothing of the channel when it is back. Nothing of ours is in them, so they are not shown. What LDK needs to
 * get our part is kept for the while in which the transaction may still turn up.
 */
export class NeverFunded {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Looks for the funding transactions: when a channel is closed, with each block, and at the start. */
  look(): void {
    this.#look().catch((error: unknown) =>
      this.#node.log.debug(`looking for funding transactions: ${messageOf(error)}`),
    );
  }

  async #look(): Promise<void> {
    const { channels, engine, log } = this.#node;
    for (const { channelId } of channels.all().filter(isEndedByOpener)) {
      const known = await this.#isFundingKnown(channels.get(channelId)!);
      const record = channels.get(channelId);
      if (!record || !isEndedByOpener(record)) continue; // a block came meanwhile
      const { hiddenSince } = record;
      const { height } = engine.best;
      if (known && hiddenSince !== undefined) channels.update(channelId, { hiddenSince: undefined });
      if (!known && hiddenSince === undefined) {
        channels.update(channelId, { hiddenSince: height });
        log.info(`channel ${channelId} was ended by its opener, and nobody has seen its funding transaction: dropped`);
      }
      if (!known && height - (hiddenSince ?? height) >= FORGET_AFTER_BLOCKS) this.#forget(record);
    }
    await engine.schedule();
  }

  /** Whether the transaction is in a block, or waits for one. Who spends it in a block is Channels' to see. */
  async #isFundingKnown({ fundingTxid, fundingOutnum }: ChannelRecord): Promise<boolean> {
    const { rpc } = this.#node;
    if ((await rpc.call<object | null>('gettxout', [fundingTxid, fundingOutnum, false])) !== null) return true;
    try {
      await rpc.call('getmempoolentry', [fundingTxid]);
      return true;
    } catch (error) {
      if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return false;
      throw error;
    }
  }

  #forget({ channelId, fundingTxid, fundingOutnum }: ChannelRecord): void {
    this.#node.channels.forget(channelId);
    this.#node.broadcaster.forgetSpending(outpointName({ txid: fundingTxid, vout: fundingOutnum }));
  }
}

const isEndedByOpener = ({ opener, state }: ChannelRecord): boolean =>
  opener === 'remote' && state === 'AWAITING_UNILATERAL';
