import { formatMsat } from '../../core/amounts.js';
import type { ChannelState } from '../state/state.js';
import type { NewHappening } from './happening.js';

/** Those of ordinary payments are gone before both ends are asked once more; what is there after as long again waits. In ms. */
const STEP_MS = 1_000;

type Htlc = ChannelState['htlcs'][number];

interface Seen {
  htlc: Htlc;
  channel: ChannelState;
  readonly since: number;
  /** In which state it was told to wait. */
  told: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export interface WaitingHtlcsOptions {
  readonly onHappening: (happening: NewHappening) => void;
  /** Asks nodes how their channels stand. */
  readonly ask: (nodes: readonly string[]) => void;
}

/** HTLCs that hang in a channel, as those of a payment that somebody holds: each is told once it has for a while. */
export class WaitingHtlcs {
  readonly #options: WaitingHtlcsOptions;
  readonly #seen = new Map<string, Seen>();

  constructor(options: WaitingHtlcsOptions) {
    this.#options = options;
  }

  /** Takes all channels as they are now. */
  see(channels: readonly ChannelState[]): void {
    const left = new Set(this.#seen.keys());
    for (const channel of channels)
      for (const htlc of channel.htlcs) {
        const key = keyOf(channel, htlc);
        left.delete(key);
        this.#take(key, channel, htlc);
      }
    for (const key of left) this.#gone(key);
  }

  end(): void {
    for (const { timer } of this.#seen.values()) clearTimeout(timer);
    this.#seen.clear();
  }

  #take(key: string, channel: ChannelState, htlc: Htlc): void {
    const known = this.#seen.get(key);
    if (!known) {
      const seen: Seen = { htlc, channel, since: performance.now(), told: undefined, timer: undefined };
      this.#seen.set(key, seen);
      seen.timer = setTimeout(() => this.#askAgain(seen), STEP_MS).unref();
      return;
    }
    Object.assign(known, { htlc, channel });
    if (known.told !== undefined && known.told !== htlc.state) this.#tellThatItWaits(known);
  }

  #askAgain(seen: Seen): void {
    this.#options.ask([seen.htlc.from, seen.htlc.to]);
    seen.timer = setTimeout(() => this.#tellThatItWaits(seen), STEP_MS).unref();
  }

  #tellThatItWaits(seen: Seen): void {
    seen.told = seen.htlc.state;
    this.#tell(seen, `${nameOf(seen.htlc)} waits (${seen.htlc.state})`);
  }

  #gone(key: string): void {
    const seen = this.#seen.get(key)!;
    clearTimeout(seen.timer);
    this.#seen.delete(key);
    if (seen.told === undefined) return;
    const s = Math.round((performance.now() - seen.since) / 1_000);
    this.#tell(seen, `${nameOf(seen.htlc)} waits no more, after ${s} s`);
  }

  #tell({ htlc, channel: { key: channel_id, short_channel_id } }: Seen, text: string): void {
    this.#options.onHappening({ node: htlc.from, kind: 'htlc', text, data: { channel_id, short_channel_id, htlc } });
  }
}

/** Parts of a payment that are alike in a channel are as good as one. */
const keyOf = ({ key }: ChannelState, { payment_hash, from, amount_msat }: Htlc): string =>
  [key, payment_hash, from, amount_msat].join(' ');

const nameOf = ({ from, to, amount_msat }: Htlc): string =>
  `an HTLC of ${formatMsat(BigInt(amount_msat))} from ${from} to ${to}`;
