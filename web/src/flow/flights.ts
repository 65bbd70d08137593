import type { Happening, PaymentNews } from '../api-types.js';

/** A part of a payment on its way, as it is drawn. Times are in ms of the page's own clock. */
export interface Flight {
  readonly key: string;
  readonly hash: string;
  readonly amountMsat: number | null;
  /** Names of nodes, the payer's first: one more than channels. */
  readonly route: readonly string[];
  readonly channels: readonly string[];
  readonly startedAt: number;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly is: 'pending' }
  | { readonly is: 'complete' }
  | { readonly is: 'failed'; /** Hops that it got along. */ readonly hops: number; readonly failure: string };

/** Where a flight is at a moment. `hop` counts channels of its route, `t` is the share of that hop, 0 to 1. */
export type Place =
  | { readonly phase: 'out' | 'back'; readonly hop: number; readonly t: number }
  | { readonly phase: 'waiting'; readonly hop: number; readonly t: number }
  | { readonly phase: 'over' };

export type Speed = 'slowed' | 'real';

/** How long a dot takes for a hop, in ms; in real time only as long as an eye needs to see that something moved. */
export const HOP_MS: Readonly<Record<Speed, number>> = { slowed: 750, real: 120 };
/** A settled part lights its route up on the way back, quicker than it came, and rests for a while. */
const BACK = 0.45;
export const REST_MS: Readonly<Record<Speed, number>> = { slowed: 1600, real: 700 };
/** A part whose end nobody tells is drawn for so long. */
const FORGOTTEN_MS = 120_000;
/** More than these at once are a blur: the rest only shows in balances. */
const MOST = 90;

/** The flights after something happened at `now`: one begins, learns its end, or nothing. */
export function after(
  flights: readonly Flight[],
  { payment }: Pick<Happening, 'payment'>,
  now: number,
  speed: Speed,
): readonly Flight[] {
  if (payment === undefined) return flights;
  const outcome = outcomeOf(payment);
  if (outcome !== undefined) {
    const mine = flights.filter((flight) => flight.outcome.is === 'pending' && belongs(flight, payment));
    if (mine.length > 0 || flights.some(({ hash }) => hash === payment.payment_hash))
      return flights.map((flight) => (mine.includes(flight) ? learned(flight, outcome(flight), now, speed) : flight));
  }
  const fresh = begin(payment, now);
  if (fresh === undefined || flights.length >= MOST) return flights;
  if (flights.some(({ key }) => key === fresh.key)) return flights;
  return [...flights, outcome === undefined ? fresh : { ...fresh, outcome: outcome(fresh) }];
}

/** News of a part are about that part alone; those of a whole payment about all that still fly. */
const belongs = ({ key, hash }: Flight, { part, payment_hash, status }: PaymentNews): boolean =>
  part === undefined || status === 'complete' || status === 'failed'
    ? hash === payment_hash
    : key.startsWith(`${payment_hash}/${part}/`);

function begin({ payment_hash, part, route, channels, amount_msat }: PaymentNews, now: number): Flight | undefined {
  if (route === undefined || channels === undefined || channels.length === 0) return undefined;
  if (route.length !== channels.length + 1) return undefined;
  const key = `${payment_hash}/${part ?? 0}/${channels.join(',')}`;
  const outcome = { is: 'pending' } as const;
  return { key, hash: payment_hash, amountMsat: amount_msat, route, channels, startedAt: now, outcome };
}

/** What is told of the whole is told of its parts, too; a part that took its time has come to its end. */
function outcomeOf(news: PaymentNews): ((flight: Flight) => Outcome) | undefined {
  const { status, failed_at, failure } = news;
  const isPartsEnd = status === 'part' && typeof news.took_ms === 'number';
  const isFailed = status === 'failed' || (isPartsEnd && (failed_at ?? failure ?? null) !== null);
  if (status === 'complete' || (isPartsEnd && !isFailed)) return () => ({ is: 'complete' });
  if (!isFailed) return undefined;
  return ({ route, channels }) => ({
    is: 'failed',
    hops: hopsUntil(route, channels, failed_at),
    failure: (failure ?? 'failed').replace(/^WIRE_/, '').toLowerCase(),
  });
}

/** How many channels a part went along before `failedAt`, a node's name or a channel's key, said no. */
function hopsUntil(route: readonly string[], channels: readonly string[], failedAt: string | null | undefined): number {
  if (failedAt === null || failedAt === undefined) return channels.length;
  const node = route.indexOf(failedAt);
  if (node >= 0) return node;
  const channel = channels.indexOf(failedAt);
  return channel < 0 ? channels.length : channel;
}

/** Where a flight is at `now`. */
export function placeOf(flight: Flight, now: number, speed: Speed): Place {
  const { channels, outcome, startedAt } = flight;
  const hopMs = HOP_MS[speed];
  const passed = Math.max(0, now - startedAt);
  const hops = outcome.is === 'failed' ? outcome.hops : channels.length;
  const outMs = hops * hopMs;
  if (passed < outMs) return { phase: 'out', hop: Math.floor(passed / hopMs), t: ease((passed % hopMs) / hopMs) };
  const end = { hop: Math.max(0, hops - 1), t: hops === 0 ? 0 : 1 };
  if (outcome.is === 'pending') return passed > FORGOTTEN_MS ? { phase: 'over' } : { phase: 'waiting', ...end };
  const backMs = outMs * BACK;
  const back = passed - outMs;
  if (back < backMs) {
    const left = (1 - back / backMs) * hops;
    const hop = Math.min(Math.floor(left), hops - 1);
    return { phase: 'back', hop, t: left - hop };
  }
  return back < backMs + REST_MS[speed] ? { phase: 'back', hop: 0, t: 0 } : { phase: 'over' };
}

/** A hop is begun and ended softly, so that an eye can count them. */
const ease = (t: number): number => (t < 0.5 ? 2 * t * t : 1 - (2 - 2 * t) ** 2 / 2);

/** One that had waited at the end of its way goes on from there now, and one under way goes on as it went. */
function learned(flight: Flight, outcome: Outcome, now: number, speed: Speed): Flight {
  const hops = outcome.is === 'failed' ? outcome.hops : flight.channels.length;
  const startedAt = Math.max(flight.startedAt, now - hops * HOP_MS[speed]);
  return { ...flight, outcome, startedAt };
}
