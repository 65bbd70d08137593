import type { JsonObject } from '../../../rpc/json-rpc.js';
import type { PathEvent, ForwardedEvent, LdkEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { Reader, Tx } from '../../store/turns.js';
import type { Tell } from '../tell.js';

const INDEX = 'coin-movements';

/** One change of what is ours in a channel, msat. */
export interface Movement {
  readonly channelId: string;
  readonly creditMsat: number;
  readonly debitMsat: number;
  readonly feesMsat: number;
  readonly tag: 'invoice' | 'routed';
  readonly paymentHash?: string;
}

export interface CoinMovementsParts {
  readonly store: Reader;
  readonly tell: Tell;
  readonly nodeId: string;
  readonly live: () => readonly Pick<LiveChannel, 'channelId' | 'outboundPaymentScid'>[];
  /** Whoever keeps what is ours in a channel. */
  readonly moved: (tx: Tx, channelId: string, changeMsat: number) => void;
}

/** Money that moves in channels: tells plugins of it (`coin_movement`). Of money on the chain bitcoind's wallet knows. */
export class CoinMovements {
  readonly #parts: CoinMovementsParts;
  #lastIndex: number;

  constructor(parts: CoinMovementsParts) {
    this.#parts = parts;
    this.#lastIndex = parts.store.getJson<number>(INDEX) ?? 0;
  }

  onClaimed(tx: Tx, { paymentHash, htlcs }: LdkEvent & { type: 'claimed' }): void {
    for (const { channelId, amountMsat } of htlcs)
      this.#move(tx, { channelId, creditMsat: amountMsat, debitMsat: 0, feesMsat: 0, tag: 'invoice', paymentHash });
  }

  onPathSuccessful(tx: Tx, { paymentHash, hops }: PathEvent): void {
    const first = hops[0]?.shortChannelId;
    const live = this.#parts.live().find(({ outboundPaymentScid: scid }) => scid !== undefined && scid === first);
    if (!live) return;
    // of the last hop it is the amount, of the others their fee
    const parts = hops.map(({ feeMsat }) => feeMsat);
    this.#move(tx, {
      channelId: live.channelId,
      creditMsat: 0,
      debitMsat: parts.reduce((sum, part) => sum + part, 0),
      feesMsat: parts.slice(0, -1).reduce((sum, part) => sum + part, 0),
      tag: 'invoice',
      paymentHash,
    });
  }

  onForwarded(tx: Tx, { from, to, feeMsat, outMsat }: ForwardedEvent): void {
    const move = (channelId: string | undefined, creditMsat: number, debitMsat: number): void => {
      if (channelId !== undefined)
        this.#move(tx, { channelId, creditMsat, debitMsat, feesMsat: feeMsat, tag: 'routed' });
    };
    move(from, outMsat + feeMsat, 0);
    move(to, 0, outMsat);
  }

  #move(tx: Tx, { channelId, creditMsat, debitMsat, feesMsat, tag, paymentHash }: Movement): void {
    const { moved, tell, nodeId } = this.#parts;
    moved(tx, channelId, creditMsat - debitMsat);
    tx.putJson(INDEX, ++this.#lastIndex);
    const payload: JsonObject = {
      version: 2,
      coin_type: 'bcrt',
      node_id: nodeId,
      type: 'channel_mvt',
      created_index: this.#lastIndex,
      account_id: channelId,
      credit_msat: creditMsat,
      debit_msat: debitMsat,
      timestamp: Math.floor(Date.now() / 1000),
      primary_tag: tag,
      extra_tags: [],
      tags: [tag],
      fees_msat: feesMsat,
      ...(paymentHash === undefined ? {} : { payment_hash: paymentHash, part_id: 0, group_id: 0 }),
    };
    tell(tx, 'coin_movement', payload);
  }
}
