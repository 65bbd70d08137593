import { CODE } from '../../../cln/error-codes.js';
import { MAX_TIMER_MS } from '../../../core/timers.js';
import type { PaymentFailure, LdkEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { LdkPayments, Send } from '../../ldk/payments.js';
import { Counters, Records } from '../../store/records.js';
import type { Reader, Turn, Tx } from '../../store/turns.js';
import { NodeError } from '../errors.js';
import type { Tell } from '../tell.js';

export type PaymentStatus = 'pending' | 'complete' | 'failed';

/** Why a payment failed, named as CLN names it. */
interface Failure {
  readonly code: keyof typeof CODE;
  readonly message: string;
}

/** A payment of ours, as it is kept. Amounts in msat, times in seconds. */
export interface PaymentRecord {
  readonly paymentHash: string;
  readonly status: PaymentStatus;
  readonly destination: string;
  readonly amountMsat: number;
  readonly sentMsat: number;
  readonly createdAt: number;
  readonly createdIndex: number;
  readonly updatedIndex?: number;
  readonly completedAt?: number;
  readonly preimage?: string;
  readonly bolt11?: string;
  readonly label?: string;
  readonly description?: string;
  readonly groupId: number;
  /** How many HTLCs came through, and how many did not. */
  readonly parts: number;
  readonly failedParts: number;
  readonly error?: Failure;
}

export interface PaymentRequest {
  readonly paymentHash: string;
  readonly destination: string;
  readonly amountMsat: bigint;
  readonly bolt11?: string | undefined;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
}

const REJECTED: Failure = {
  code: 'PAY_DESTINATION_PERM_FAIL',
  message: "Destination said it doesn't know invoice: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS",
};
const STOPPED: Failure = {
  code: 'PAY_STOPPED_RETRYING',
  message: 'Timed out: no further attempts within retry_for',
};

export interface SendingParts {
  readonly store: Reader;
  readonly turn: Turn;
  readonly tell: Tell;
  readonly ldk: Pick<LdkPayments, 'abandon' | 'isKnown'>;
  readonly live: () => readonly Pick<LiveChannel, 'isUsable' | 'outboundMsat'>[];
  /** Notes that an invoice of ours was paid. */
  readonly paid: (tx: Tx, paymentHash: string, receivedMsat: number) => void;
}

/** The payments that this node has made. */
export class Sending {
  readonly #parts: SendingParts;
  readonly #records: Records<PaymentRecord>;
  readonly #counters: Counters<'created' | 'updated' | 'deleted'>;
  readonly #waiters = new Map<string, ((record: PaymentRecord) => void)[]>();
  /** Payments of invoices of ours. */
  readonly #toOurselves = new Map<string, Promise<PaymentRecord>>();
  readonly #lastFailure = new Map<string, string>();

  constructor(parts: SendingParts) {
    this.#parts = parts;
    this.#records = new Records(parts.store, 'payment/', ({ paymentHash }) => paymentHash);
    this.#counters = new Counters(parts.store, 'payment-indexes', { created: 0, updated: 0, deleted: 0 });
  }

  get indexes(): Readonly<{ created: number; updated: number; deleted: number }> {
    return this.#counters.counts;
  }

  list(): PaymentRecord[] {
    return this.#records.list().sort((a, b) => a.createdIndex - b.createdIndex);
  }

  get(hash: string): PaymentRecord | undefined {
    return this.#records.get(hash);
  }

  delete(hash: string): Promise<void> {
    return this.#parts.turn((tx) => {
      this.#counters.next(tx, 'deleted');
      this.#records.delete(tx, hash);
    });
  }

  /**
   * Pays, or waits for the payment of the same hash that is under way; one that is complete is told again.
   *
   * @param retryForMs when the time is over, no further attempt is made
   * @throws {NodeError} with lightning-xpay(7)'s codes
   */
  async pay(request: PaymentRequest, send: Send, retryForMs: number): Promise<PaymentRecord> {
    const { paymentHash } = request;
    const known = this.#records.get(paymentHash);
    if (known?.status === 'complete') return known;
    const done = this.#done(paymentHash);
    if (known?.status !== 'pending') void this.#parts.turn((tx) => this.#start(tx, request, send));
    const giveUp = setTimeout(() => void this.#abandon(paymentHash), Math.min(retryForMs, MAX_TIMER_MS));
    const record = await done;
    clearTimeout(giveUp);
    return completeOnly(record);
  }

  /**
   * Pays an invoice of ours, if LDK sees no route. What comes of it is noted at once with the invoice, so that nothing
   * is under way when the daemon ends.
   *
   * @param decide answers the preimage; undefined if the payment is refused
   * @throws {NodeError} with lightning-xpay(7)'s codes
   */
  async payOurselves(request: PaymentRequest, decide: () => Promise<string | undefined>): Promise<PaymentRecord> {
    const { paymentHash } = request;
    const known = this.#records.get(paymentHash);
    if (known?.status === 'complete') return known;
    const running = this.#toOurselves.get(paymentHash) ?? this.#payOurselves(request, decide);
    this.#toOurselves.set(paymentHash, running);
    try {
      return completeOnly(await running);
    } finally {
      this.#toOurselves.delete(paymentHash);
    }
  }

  onSent(tx: Tx, { paymentHash, preimage, feeMsat }: LdkEvent & { type: 'sent' }): void {
    const record = this.#records.get(paymentHash);
    if (record && record.status !== 'complete') this.#complete(tx, paymentHash, preimage, feeMsat);
  }

  onPathSuccessful(tx: Tx, paymentHash: string): void {
    const record = this.#records.get(paymentHash);
    if (record && record.status !== 'complete') this.#records.put(tx, { ...record, parts: record.parts + 1 });
  }

  onPathFailed(tx: Tx, { paymentHash, shortChannelId }: LdkEvent & { type: 'pathFailed' }): void {
    const record = this.#records.get(paymentHash);
    if (!record) return;
    const where = shortChannelId === undefined ? '' : ` at channel ${shortChannelId}`;
    this.#lastFailure.set(paymentHash, `a path failed${where}`);
    this.#records.put(tx, { ...record, failedParts: record.failedParts + 1 });
  }

  onFailed(tx: Tx, { paymentHash, reason }: LdkEvent & { type: 'paymentFailed' }): void {
    const record = this.#records.get(paymentHash);
    if (record?.status === 'pending') this.#fail(tx, paymentHash, this.#failure(record, reason));
  }

  async #payOurselves(request: PaymentRequest, decide: () => Promise<string | undefined>): Promise<PaymentRecord> {
    const { paymentHash, amountMsat } = request;
    const preimage = await decide();
    await this.#parts.turn((tx) => {
      this.#begin(tx, request);
      if (preimage === undefined) this.#fail(tx, paymentHash, REJECTED);
      else {
        this.#parts.paid(tx, paymentHash, Number(amountMsat));
        this.#complete(tx, paymentHash, preimage, 0);
      }
    });
    return this.#records.get(paymentHash)!;
  }

  #start(tx: Tx, request: PaymentRequest, send: Send): void {
    this.#begin(tx, request);
    const refused = send();
    if (refused !== undefined) this.#fail(tx, request.paymentHash, this.#refusal(request, refused));
  }

  #begin(tx: Tx, request: PaymentRequest): void {
    const { paymentHash, destination, bolt11, label, description } = request;
    const earlier = this.#records.get(paymentHash);
    this.#records.put(tx, {
      paymentHash,
      destination,
      status: 'pending',
      amountMsat: Number(request.amountMsat),
      sentMsat: Number(request.amountMsat),
      createdAt: Math.floor(Date.now() / 1000),
      createdIndex: this.#counters.next(tx, 'created'),
      ...(bolt11 !== undefined && { bolt11 }),
      ...(label !== undefined && { label }),
      ...(description !== undefined && { description }),
      groupId: (earlier?.groupId ?? 0) + 1,
      parts: 0,
      failedParts: 0,
    });
  }

  /** Its time is over: LDK makes no further attempt, and fails it when none is under way. */
  async #abandon(hash: string): Promise<void> {
    const { turn, ldk } = this.#parts;
    await turn(() => ldk.abandon(hash));
    await turn((tx) => {
      if (!ldk.isKnown(hash) && this.#records.get(hash)?.status === 'pending') this.#fail(tx, hash, STOPPED);
    });
  }

  #done(hash: string): Promise<PaymentRecord> {
    return new Promise((resolve) => {
      this.#waiters.set(hash, [...(this.#waiters.get(hash) ?? []), resolve]);
    });
  }

  #complete(tx: Tx, hash: string, preimage: string, feeMsat: number): void {
    const { error: _error, ...record } = this.#records.get(hash)!;
    const done = this.#finish(tx, {
      ...record,
      status: 'complete',
      preimage,
      sentMsat: record.amountMsat + feeMsat,
      parts: Math.max(1, record.parts),
    });
    this.#parts.tell(tx, 'sendpay_success', sendpayOf(done));
  }

  #fail(tx: Tx, hash: string, error: Failure): void {
    const done = this.#finish(tx, { ...this.#records.get(hash)!, status: 'failed', error });
    const { code, message } = error;
    this.#parts.tell(tx, 'sendpay_failure', { code: CODE[code], message, data: sendpayOf(done) });
  }

  #finish(tx: Tx, record: PaymentRecord): PaymentRecord {
    const { paymentHash } = record;
    const updatedIndex = this.#counters.next(tx, 'updated');
    const done = { ...record, completedAt: Math.floor(Date.now() / 1000), updatedIndex };
    this.#records.put(tx, done);
    this.#lastFailure.delete(paymentHash);
    const waiters = this.#waiters.get(paymentHash) ?? [];
    this.#waiters.delete(paymentHash);
    tx.afterCommit(() => {
      for (const resolve of waiters) resolve(done);
    });
    return done;
  }

  #refusal({ amountMsat }: PaymentRequest, refused: NonNullable<ReturnType<Send>>): Failure {
    if (refused === 'noRoute')
      return { code: 'PAY_ROUTE_NOT_FOUND', message: `Failed: ${this.#whyNoRoute(amountMsat)}` };
    return { code: 'PAY_UNSPECIFIED_ERROR', message: `Failed: ${refused.other}` };
  }

  #whyNoRoute(amountMsat: bigint): string {
    const usable = this.#parts.live().filter(({ isUsable }) => isUsable);
    const spendable = usable.reduce((sum, { outboundMsat }) => sum + outboundMsat, 0n);
    const why =
      spendable < amountMsat
        ? `Our channels can send only ${spendable}msat of ${amountMsat}msat.`
        : 'Neither our own channels nor those that gossip told us of lead to the destination with this amount and fee.';
    return `We could not find a usable set of paths.  ${why}`;
  }

  #failure({ paymentHash, amountMsat, failedParts }: PaymentRecord, reason: PaymentFailure): Failure {
    if (reason === 'rejected') return REJECTED;
    if (reason === 'abandoned') return STOPPED;
    const after = `Failed after ${failedParts} attempts: ${this.#lastFailure.get(paymentHash) ?? 'no path left'}`;
    if (reason !== 'noRoute') return { code: 'PAY_UNSPECIFIED_ERROR', message: `${after} (${reason.other})` };
    const code = failedParts > 0 ? 'PAY_UNSPECIFIED_ERROR' : 'PAY_ROUTE_NOT_FOUND';
    return { code, message: `${after}. ${this.#whyNoRoute(BigInt(amountMsat))}` };
  }
}

/** @throws {NodeError} with why it failed */
function completeOnly(record: PaymentRecord): PaymentRecord {
  if (record.status === 'complete') return record;
  const { code, message } = record.error ?? { code: 'PAY_UNSPECIFIED_ERROR', message: 'Failed' };
  throw new NodeError(code, message);
}

/** LDK splits payments itself, and tells of the whole. */
export const PART_ID = 1;

/** The fields of lightning-listsendpays(7). */
export function sendpayOf(record: PaymentRecord): { readonly [key: string]: unknown } {
  return {
    created_index: record.createdIndex,
    id: record.createdIndex,
    payment_hash: record.paymentHash,
    groupid: record.groupId,
    partid: PART_ID,
    ...(record.updatedIndex !== undefined && { updated_index: record.updatedIndex }),
    destination: record.destination,
    amount_msat: record.amountMsat,
    amount_sent_msat: record.sentMsat,
    created_at: record.createdAt,
    ...(record.completedAt !== undefined && { completed_at: record.completedAt }),
    status: record.status,
    ...(record.preimage !== undefined && { payment_preimage: record.preimage }),
    ...(record.label !== undefined && { label: record.label }),
    ...(record.bolt11 !== undefined && { bolt11: record.bolt11 }),
    ...(record.description !== undefined && { description: record.description }),
  };
}
