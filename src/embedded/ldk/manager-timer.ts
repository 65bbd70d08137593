import type * as ldk from '#ldk';
import { hexOf } from '../bitcoin/hex.js';
import { flag } from './convert.js';

type Manager = Pick<ldk.ChannelManager, 'list_channels' | 'timer_tick_occurred'>;

const MINUTE_MS = 60_000;
/** After so many payments of ours the timer ticks early. */
const PAYMENTS_A_TICK = 20;

/**
 * The channel manager's timer, which ticks each minute. LDK keeps a payment that was made for seven ticks, in memory and
 * in each write of its state: so it also ticks after so many payments, and when feerates change. It counts ticks for what it gives up, too: a peer
 * that does not answer, a payment of which a part is missing, a channel that is asked for. So it never ticks early while
 * something waits that was there at the last tick.
 */
export class ManagerTimer {
  readonly #manager: Manager;
  readonly #everyMinute: NodeJS.Timeout;
  #payments = 0;
  #feesChanged = false;
  #holdUntil = 0;
  #pendingAtTick: ReadonlySet<string> = new Set();

  /** @param inTurn does it within a turn */
  constructor(manager: Manager, inTurn: (work: () => void) => void) {
    this.#manager = manager;
    const tick = (): void => this.#tick(pendingHtlcs(manager.list_channels()));
    this.#everyMinute = setInterval(() => inTurn(tick), MINUTE_MS).unref();
  }

  /** Something is given so many ticks that are to be minutes. */
  hold(ticks: number): void {
    this.#holdUntil = Math.max(this.#holdUntil, Date.now() + ticks * MINUTE_MS);
  }

  /** A payment of ours came through. */
  onPayment(): void {
    this.#payments++;
  }

  /** The feerates are others: a tick has LDK offer them to its peers (`update_fee`, BOLT #2). */
  onFees(): void {
    this.#feesChanged = true;
  }

  /** Ticks where there were enough payments, or feerates are others; within a turn. */
  tickEarly(): void {
    if (this.#payments < PAYMENTS_A_TICK && !this.#feesChanged) return;
    this.#payments = 0;
    if (Date.now() < this.#holdUntil) return;
    const channels = this.#manager.list_channels();
    if (!channels.every((channel) => flag(channel.get_is_usable()))) return;
    const pending = pendingHtlcs(channels);
    for (const htlc of this.#pendingAtTick) if (pending.has(htlc)) return;
    this.#tick(pending);
    this.#everyMinute.refresh();
  }

  stop(): void {
    clearInterval(this.#everyMinute);
  }

  #tick(pending: ReadonlySet<string>): void {
    this.#pendingAtTick = pending;
    this.#feesChanged = false;
    this.#manager.timer_tick_occurred();
  }
}

/** The payment hashes of the channels' HTLCs, each with its channel and its way. */
function pendingHtlcs(channels: readonly ldk.ChannelDetails[]): ReadonlySet<string> {
  const names = channels.flatMap((channel) => {
    const id = hexOf(channel.get_channel_id().get_a());
    return [
      ...channel.get_pending_inbound_htlcs().map((htlc) => `${id} in ${hexOf(htlc.get_payment_hash())}`),
      ...channel.get_pending_outbound_htlcs().map((htlc) => `${id} out ${hexOf(htlc.get_payment_hash())}`),
    ];
  });
  return new Set(names);
}
