import type { ForwardFailedEvent, ForwardedEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import { Records } from '../../store/records.js';
import type { Reader, Tx } from '../../store/turns.js';
import type { Channels } from '../channels/record.js';
import type { Tell } from '../tell.js';
import { ForwardedHashes } from './forwarded-hashes.js';

/** Where LDK does not say of which payment. */
const UNKNOWN_HASH = '00'.repeat(32);

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

export interface ForwardsParts {
  readonly store: Reader;
  readonly tell: Tell;
  readonly channels: Pick<Channels, 'get'>;
  readonly live: () => readonly LiveChannel[];
}

/** What this node has forwarded for others. */
export class Forwards {
  readonly #parts: ForwardsParts;
  readonly #records: Records<ForwardRecord>;
  readonly #hashes: ForwardedHashes;
  #lastIndex = 0;
  #feesCollectedMsat = 0;

  constructor(parts: ForwardsParts) {
    this.#parts = parts;
    this.#hashes = new ForwardedHashes(parts.live);
    this.#records = new Records(parts.store, 'forward/', ({ createdIndex }) => String(createdIndex));
    for (const record of this.#records.all()) this.#count(record);
  }

  /** All, by creation. */
  list(): readonly ForwardRecord[] {
    return this.#records.list().sort((a, b) => a.createdIndex - b.createdIndex);
  }

  get indexes(): { created: number; updated: number; deleted: number } {
    return { created: this.#lastIndex, updated: this.#lastIndex, deleted: 0 };
  }

  /** All that was earned by forwarding, msat. */
  get feesCollectedMsat(): number {
    return this.#feesCollectedMsat;
  }

  onForwarded(tx: Tx, event: ForwardedEvent): void {
    const { from, to, feeMsat, outMsat } = event;
    const forward = {
      inChannel: this.#scid(from),
      outChannel: this.#scid(to),
      inMsat: outMsat + feeMsat,
      outMsat,
      feeMsat,
      status: 'settled',
    } as const;
    this.#add(tx, forward, this.#hashes.take(event));
  }

  onFailed(tx: Tx, { from, to, asked }: ForwardFailedEvent): void {
    this.#add(tx, {
      inChannel: this.#scid(from),
      outChannel: to === undefined ? asked : this.#scid(to),
      inMsat: 0,
      outMsat: undefined,
      feeMsat: undefined,
      status: to === undefined ? 'local_failed' : 'failed',
    });
  }

  #add(
    tx: Tx,
    forward: Omit<ForwardRecord, 'createdIndex' | 'receivedTime' | 'resolvedTime'>,
    paymentHash = UNKNOWN_HASH,
  ): void {
    const now = Date.now() / 1000;
    const record: ForwardRecord = {
      ...forward,
      createdIndex: this.#lastIndex + 1,
      receivedTime: now,
      resolvedTime: now,
    };
    this.#records.put(tx, record);
    this.#count(record);
    this.#parts.tell(tx, 'forward_event', { payment_hash: paymentHash, ...forwardOf(record) });
  }

  #count({ createdIndex, feeMsat }: ForwardRecord): void {
    this.#lastIndex = Math.max(this.#lastIndex, createdIndex);
    this.#feesCollectedMsat += feeMsat ?? 0;
  }

  #scid(channelId: string | undefined): string {
    return (channelId !== undefined && this.#parts.channels.get(channelId)?.shortChannelId) || '0x0x0';
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
