import type { ForwardedEvent } from '../../ldk/event-types.js';
import type { Htlc, LiveChannel } from '../../ldk/live-channel.js';

/**
 * Of which payment LDK tells that it was forwarded: it does not say so, but by then its HTLCs are in both channels still, the
 * outgoing one fulfilled.
 */
export class ForwardedHashes {
  readonly #live: () => readonly LiveChannel[];
  /** Incoming HTLCs that were told of and are there still, by their channels: one more may be of the same amount. */
  readonly #told = new Map<string, ReadonlySet<number>>();

  constructor(live: () => readonly LiveChannel[]) {
    this.#live = live;
  }

  /** @returns undefined where they are gone, as when the outgoing one was claimed on the chain */
  take({ from = '', to = '', outMsat, feeMsat }: ForwardedEvent): string | undefined {
    const fulfilled = this.#htlcs(to, 'out').filter(
      ({ amountMsat, isFulfilled }) => isFulfilled && amountMsat === outMsat,
    );
    const hashes = new Set(fulfilled.map(({ paymentHash }) => paymentHash));
    const incoming = this.#htlcs(from, 'in');
    const told = new Set(incoming.map(({ id }) => id).filter((id) => this.#told.get(from)?.has(id)));
    const found = incoming.find(
      ({ id, paymentHash, amountMsat }) => amountMsat === outMsat + feeMsat && hashes.has(paymentHash) && !told.has(id),
    );
    if (found) told.add(found.id);
    this.#told.set(from, told);
    return found?.paymentHash;
  }

  #htlcs(channelId: string, direction: Htlc['direction']): readonly Htlc[] {
    const channel = this.#live().find((each) => each.channelId === channelId);
    return channel?.htlcs.filter((htlc) => htlc.direction === direction) ?? [];
  }
}
