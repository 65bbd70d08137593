import type * as ldk from '#ldk';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { isNull, some } from './convert.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';

const INDEX = 'coin-movements';

/** One change of what is ours in a channel, msat. */
interface Movement {
  readonly channelId: string;
  readonly creditMsat: number;
  readonly debitMsat: number;
  readonly feesMsat: number;
  readonly tag: 'invoice' | 'routed';
  readonly paymentHash?: string;
}

/** Tells plugins of money that moves in channels (`coin_movement`); of money on the chain bitcoind's wallet knows. */
export class CoinMovements {
  readonly #node: Node;
  #lastIndex: number;

  constructor(node: Node) {
    this.#node = node;
    this.#lastIndex = node.store.getJson<number>(INDEX) ?? 0;
  }

  onClaimed(event: ldk.Event_PaymentClaimed): void {
    const paymentHash = hexOf(event.payment_hash);
    for (const htlc of event.htlcs)
      this.#tell({
        channelId: hexOf(htlc.get_channel_id().get_a()),
        creditMsat: Number(htlc.get_value_msat()),
        debitMsat: 0,
        feesMsat: 0,
        tag: 'invoice',
        paymentHash,
      });
  }

  onPathSuccessful(event: ldk.Event_PaymentPathSuccessful): void {
    const hops = event.path.get_hops();
    const first = hops[0];
    const live = this.#node.channels
      .live()
      .find((details) => first && some<bigint>(details.get_outbound_payment_scid()) === first.get_short_channel_id());
    if (!live) return;
    // of the last hop it is the amount, of the others their fee
    const parts = hops.map((hop) => Number(hop.get_fee_msat()));
    this.#tell({
      channelId: hexOf(live.get_channel_id().get_a()),
      creditMsat: 0,
      debitMsat: parts.reduce((sum, part) => sum + part, 0),
      feesMsat: parts.slice(0, -1).reduce((sum, part) => sum + part, 0),
      tag: 'invoice',
      paymentHash: hexOf(event.payment_id),
    });
  }

  onForwarded(event: ldk.Event_PaymentForwarded): void {
    const feesMsat = Number(some<bigint>(event.total_fee_earned_msat) ?? 0n);
    const outMsat = Number(some<bigint>(event.outbound_amount_forwarded_msat) ?? 0n);
    const move = (id: ldk.ChannelId, creditMsat: number, debitMsat: number): void => {
      if (!isNull(id)) this.#tell({ channelId: hexOf(id.get_a()), creditMsat, debitMsat, feesMsat, tag: 'routed' });
    };
    move(event.prev_channel_id, outMsat + feesMsat, 0);
    move(event.next_channel_id, 0, outMsat);
  }

  #tell({ channelId, creditMsat, debitMsat, feesMsat, tag, paymentHash }: Movement): void {
    this.#node.store.putJson(INDEX, ++this.#lastIndex);
    const payload: JsonObject = {
      version: 2,
      coin_type: 'bcrt',
      node_id: this.#node.id,
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
    this.#node.notify('coin_movement', payload);
  }
}
