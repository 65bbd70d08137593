import type { TrafficPayment } from './payment.js';

/** Of how many payments the latencies are kept: the last ones. */
const KEPT = 10_000;

/** What traffic has come to. */
export interface TrafficSummary {
  readonly sent: number;
  readonly paid: number;
  readonly failed: number;
  /** Sent, and not known to have come to anything yet. */
  readonly underWay: number;
  /** How many failed for which reason, the commonest first. */
  readonly failedBy: readonly (readonly [reason: string, count: number])[];
  /** What arrived, and what it cost. */
  readonly amountMsat: bigint;
  readonly feeMsat: bigint;
  readonly elapsedMs: number;
  /** Of the last 10,000 paid; undefined where none was. */
  readonly medianMs: number | undefined;
  readonly p95Ms: number | undefined;
  readonly msatPerSecond: number;
}

/** Counts payments. */
export class TrafficStats {
  readonly #now: () => number;
  #from: number;
  #until: number | undefined;
  #sent = 0;
  #paid = 0;
  #failed = 0;
  #amountMsat = 0n;
  #feeMsat = 0n;
  readonly #failedBy = new Map<string, number>();
  readonly #latencies: number[] = [];

  /** @param now a clock in ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#from = now();
  }

  /** Time passes from now on. */
  begin(): void {
    this.#from = this.#now();
  }

  /** A payment is on its way. */
  send(): void {
    this.#sent++;
  }

  /** What came of one. */
  settle(payment: TrafficPayment): void {
    if (payment.status === 'failed') {
      this.#failed++;
      this.#failedBy.set(payment.reason, (this.#failedBy.get(payment.reason) ?? 0) + 1);
      return;
    }
    this.#latencies[this.#paid++ % KEPT] = payment.latencyMs;
    this.#amountMsat += payment.amountMsat;
    this.#feeMsat += payment.feeMsat;
  }

  /** No time passes any more. */
  end(): void {
    this.#until ??= this.#now();
  }

  summary(): TrafficSummary {
    const elapsedMs = (this.#until ?? this.#now()) - this.#from;
    const sorted = [...this.#latencies].sort((a, b) => a - b);
    return {
      sent: this.#sent,
      paid: this.#paid,
      failed: this.#failed,
      underWay: this.#sent - this.#paid - this.#failed,
      failedBy: [...this.#failedBy].sort(([, a], [, b]) => b - a),
      amountMsat: this.#amountMsat,
      feeMsat: this.#feeMsat,
      elapsedMs,
      medianMs: percentile(sorted, 50),
      p95Ms: percentile(sorted, 95),
      msatPerSecond: elapsedMs > 0 ? (Number(this.#amountMsat) * 1000) / elapsedMs : 0,
    };
  }
}

/**
 * The least of these that so many percent are not above (nearest rank); undefined where there are none.
 *
 * @param sorted from the least to the most
 */
export const percentile = (sorted: readonly number[], percent: number): number | undefined =>
  sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
