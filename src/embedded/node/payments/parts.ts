import { ONION_FAILURES } from '../../../cln/onion-failures.js';
import { formatShortChannelId } from '../../bitcoin/short-channel-id.js';
import type { LdkEvent, PathHop } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { Tx } from '../../store/turns.js';
import type { Tell } from '../tell.js';
import type { Sending } from './sending.js';

export interface PaymentPartsParts {
  readonly tell: Tell;
  readonly nodeId: string;
  readonly live: () => readonly Pick<LiveChannel, 'outboundPaymentScid' | 'shortChannelId'>[];
  readonly sending: Pick<Sending, 'get'>;
}

/** A part of a payment on its way. */
interface Part {
  readonly id: number;
  readonly groupId: number;
  readonly hops: readonly PathHop[];
  readonly from: number;
}

/** What a node on the way answered, in the words of BOLT #4. */
interface OnionError {
  readonly nodeId: string;
  readonly code: number;
}

/** Tells of each part of a payment when it sets out and when it has come to its end, as Core Lightning's xpay does. */
export class PaymentParts {
  readonly #parts: PaymentPartsParts;
  readonly #underWay = new Map<string, Part[]>();
  readonly #lastId = new Map<string, number>();
  #onionError: OnionError | undefined;

  constructor(parts: PaymentPartsParts) {
    this.#parts = parts;
  }

  onRouteFound(tx: Tx, { paymentHash, paths }: LdkEvent & { type: 'routeFound' }): void {
    const record = this.#parts.sending.get(paymentHash);
    if (record?.status !== 'pending') return;
    const { groupId, amountMsat } = record;
    for (const hops of paths) {
      const id = (this.#lastId.get(paymentHash) ?? 0) + 1;
      this.#lastId.set(paymentHash, id);
      const part = { id, groupId, hops, from: performance.now() };
      this.#underWay.set(paymentHash, [...(this.#underWay.get(paymentHash) ?? []), part]);
      this.#parts.tell(tx, 'pay_part_start', {
        payment_hash: paymentHash,
        groupid: groupId,
        partid: id,
        total_payment_msat: amountMsat,
        attempt_msat: hops.at(-1)?.feeMsat ?? 0,
        hops: this.#hops(hops),
      });
    }
  }

  /** LDK names it in its log alone, just before it tells that a part has failed. */
  onOnionError(error: OnionError): void {
    this.#onionError = error;
  }

  onPathSuccessful(tx: Tx, { paymentHash, hops }: LdkEvent & { type: 'pathSuccessful' }): void {
    this.#end(tx, paymentHash, hops, { status: 'success' });
  }

  onPathFailed(tx: Tx, { paymentHash, hops, shortChannelId }: LdkEvent & { type: 'pathFailed' }): void {
    const error = this.#onionError;
    this.#onionError = undefined;
    const at = hops.findIndex((hop) => this.#scid(hop, hops) === shortChannelId);
    const nodeId = error?.nodeId ?? (at < 0 ? undefined : this.#source(hops, at));
    const name = error && ONION_FAILURES.get(error.code);
    this.#end(tx, paymentHash, hops, {
      status: 'failure',
      ...(error && { failed_msg: error.code.toString(16).padStart(4, '0'), error_code: error.code }),
      ...(nodeId !== undefined && { failed_node_id: nodeId }),
      ...(at >= 0 && { failed_short_channel_id: shortChannelId, failed_direction: this.#direction(hops, at) }),
      ...(name !== undefined && { error_message: `WIRE_${name.toUpperCase()}` }),
    });
  }

  /** The payment has come to its end: so has each part that LDK told no more of. */
  onDone(paymentHash: string): void {
    this.#underWay.delete(paymentHash);
    this.#lastId.delete(paymentHash);
  }

  #end(tx: Tx, paymentHash: string, hops: readonly PathHop[], how: { readonly [key: string]: unknown }): void {
    const all = this.#underWay.get(paymentHash) ?? [];
    const way = wayOf(hops);
    const part = all.find((each) => wayOf(each.hops) === way);
    if (!part) return; // it set out before we were started
    const left = all.filter((each) => each !== part);
    if (left.length > 0) this.#underWay.set(paymentHash, left);
    else this.#underWay.delete(paymentHash);
    if (left.length === 0 && this.#parts.sending.get(paymentHash)?.status !== 'pending')
      this.#lastId.delete(paymentHash);
    this.#parts.tell(tx, 'pay_part_end', {
      duration: (performance.now() - part.from) / 1_000,
      payment_hash: paymentHash,
      groupid: part.groupId,
      partid: part.id,
      ...how,
    });
  }

  #hops(hops: readonly PathHop[]): object[] {
    // a hop's fee is what its far end takes for going on; the last one's is the amount
    const through = hops.map((_, index) => hops.slice(index).reduce((sum, { feeMsat }) => sum + feeMsat, 0));
    return hops.map((hop, index) => ({
      next_node: hop.nodeId,
      short_channel_id: this.#scid(hop, hops),
      direction: this.#direction(hops, index),
      channel_in_msat: through[Math.max(0, index - 1)],
      channel_out_msat: through[index],
    }));
  }

  /** Our own channels may go by another name in LDK's paths. */
  #scid(hop: PathHop, hops: readonly PathHop[]): string {
    const own =
      hop === hops[0]
        ? this.#parts.live().find(({ outboundPaymentScid }) => outboundPaymentScid === hop.shortChannelId)
        : undefined;
    return own?.shortChannelId ?? formatShortChannelId(hop.shortChannelId);
  }

  #source(hops: readonly PathHop[], index: number): string {
    return hops[index - 1]?.nodeId ?? this.#parts.nodeId;
  }

  /** BOLT #7: 0 from the lesser node id to the greater. */
  #direction(hops: readonly PathHop[], index: number): number {
    return this.#source(hops, index) < hops[index]!.nodeId ? 0 : 1;
  }
}

const wayOf = (hops: readonly PathHop[]): string => hops.map(({ shortChannelId }) => shortChannelId).join(' ');
