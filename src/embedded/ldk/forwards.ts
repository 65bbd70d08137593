import * as ldk from '#ldk';
import { isNull, scidOf, some } from './convert.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';

/** A payment that went through us, or did not. Amounts in msat, times in seconds. */
export interface ForwardRecord {
  readonly createdIndex: number;
  readonly inChannel: string;
  readonly outChannel: string | undefined;
  readonly inMsat: number;
  readonly outMsat: number | undefined;
  readonly feeMsat: number | undefined;
  readonly status: 'settled' | 'local_failed' | 'failed';
  readonly receivedTime: number;
  readonly resolvedTime: number;
}

const PREFIX = 'forward/';

/** What this node has forwarded for others. */
export class Forwards {
  readonly #node: Node;
  readonly #records: ForwardRecord[];

  constructor(node: Node) {
    this.#node = node;
    const keys = node.store.keys(PREFIX);
    this.#records = keys.map((key) => node.store.getJson<ForwardRecord>(key)!);
    this.#records.sort((a, b) => a.createdIndex - b.createdIndex);
  }

  list(): readonly ForwardRecord[] {
    return this.#records;
  }

  get indexes(): { created: number; updated: number; deleted: number } {
    const count = this.#records.at(-1)?.createdIndex ?? 0;
    return { created: count, updated: count, deleted: 0 };
  }

  /** All that was earned by forwarding, msat. */
  get feesCollectedMsat(): number {
    return this.#records.reduce((sum, { status, feeMsat }) => sum + (status === 'settled' ? (feeMsat ?? 0) : 0), 0);
  }

  onForwarded(event: ldk.Event_PaymentForwarded): void {
    const feeMsat = Number(some<bigint>(event.total_fee_earned_msat) ?? 0n);
    const outMsat = Number(some<bigint>(event.outbound_amount_forwarded_msat) ?? 0n);
    this.#add({
      inChannel: this.#scid(event.prev_channel_id),
      outChannel: this.#scid(event.next_channel_id),
      inMsat: outMsat + feeMsat,
      outMsat,
      feeMsat,
      status: 'settled',
    });
  }

  onFailed(event: ldk.Event_HTLCHandlingFailed): void {
    const next = event.failed_next_destination;
    if (next instanceof ldk.HTLCDestination_FailedPayment || next instanceof ldk.HTLCDestination_InvalidOnion) return;
    const isPeer = next instanceof ldk.HTLCDestination_NextHopChannel;
    const requested =
      next instanceof ldk.HTLCDestination_UnknownNextHop || next instanceof ldk.HTLCDestination_InvalidForward
        ? formatShortChannelId(scidOf(next.requested_forward_scid))
        : undefined;
    this.#add({
      inChannel: this.#scid(event.prev_channel_id),
      outChannel: isPeer ? this.#scid(next.channel_id) : requested,
      inMsat: 0,
      outMsat: undefined,
      feeMsat: undefined,
      status: isPeer ? 'failed' : 'local_failed',
    });
  }

  #add(forward: Omit<ForwardRecord, 'createdIndex' | 'receivedTime' | 'resolvedTime'>): void {
    const now = Date.now() / 1000;
    const createdIndex = (this.#records.at(-1)?.createdIndex ?? 0) + 1;
    const record: ForwardRecord = { ...forward, createdIndex, receivedTime: now, resolvedTime: now };
    this.#records.push(record);
    this.#node.store.putJson(`${PREFIX}${createdIndex}`, record);
    this.#node.notify('forward_event', { payment_hash: '00'.repeat(32), ...forwardOf(record) });
  }

  #scid(id: ldk.ChannelId): string {
    const hex = isNull(id) ? '' : hexOf(id.get_a());
    return this.#node.channels.get(hex)?.shortChannelId ?? '0x0x0';
  }
}

/** The fields of lightning-listforwards(7). */
export function forwardOf(record: ForwardRecord): { readonly [key: string]: unknown } {
  return {
    in_channel: record.inChannel,
    in_msat: record.inMsat,
    ...(record.outChannel !== undefined && { out_channel: record.outChannel }),
    ...(record.outMsat !== undefined && { out_msat: record.outMsat }),
    ...(record.feeMsat !== undefined && { fee_msat: record.feeMsat }),
    status: record.status,
    ...(record.status === 'settled' && { style: 'tlv' }),
    received_time: record.receivedTime,
    ...(record.status !== 'local_failed' && { resolved_time: record.resolvedTime }),
  };
}
