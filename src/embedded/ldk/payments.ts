import * as ldk from '#ldk';
import { MAX_TIMER_MS } from '../../core/timers.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { some, someScid } from './convert.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import type { Node } from './node.js';

export type PaymentStatus = 'pending' | 'complete' | 'failed';

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
  readonly error?: { readonly code: number; readonly message: string };
}

export interface PaymentRequest {
  readonly paymentHash: string;
  readonly destination: string;
  readonly amountMsat: bigint;
  readonly bolt11?: string | undefined;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
}

/** Hands the payment to LDK; returns its refusal, or undefined. */
export type Send = (paymentId: Uint8Array) => ldk.RetryableSendFailure | undefined;

const PREFIX = 'payment/';
const INDEXES = 'payment-indexes';
const REJECTED = {
  code: CODE.PAY_DESTINATION_PERM_FAIL,
  message: "Destination said it doesn't know invoice: WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS",
};

interface Waiter {
  readonly resolve: (record: PaymentRecord) => void;
}

/** The payments that this node has made. LDK's payment id is the payment hash: nothing is paid twice. */
export class Payments {
  readonly #node: Node;
  readonly #records = new Map<string, PaymentRecord>();
  readonly #waiters = new Map<string, Waiter[]>();
  /** Payments of invoices of ours. */
  readonly #toOurselves = new Map<string, Promise<PaymentRecord>>();
  readonly #lastFailure = new Map<string, string>();
  #indexes: { created: number; updated: number; deleted: number };

  constructor(node: Node) {
    this.#node = node;
    this.#indexes = node.store.getJson(INDEXES) ?? { created: 0, updated: 0, deleted: 0 };
    for (const key of node.store.keys(PREFIX)) {
      const record = node.store.getJson<PaymentRecord>(key)!;
      this.#records.set(record.paymentHash, record);
    }
  }

  get indexes(): Readonly<{ created: number; updated: number; deleted: number }> {
    return this.#indexes;
  }

  list(): PaymentRecord[] {
    return [...this.#records.values()].sort((a, b) => a.createdIndex - b.createdIndex);
  }

  get(hash: string): PaymentRecord | undefined {
    return this.#records.get(hash);
  }

  delete(hash: string): void {
    this.#records.delete(hash);
    this.#indexes = { ...this.#indexes, deleted: this.#indexes.deleted + 1 };
    this.#node.store.delete(PREFIX + hash);
    this.#node.store.putJson(INDEXES, this.#indexes);
  }

  /**
   * Pays, or waits for the payment of the same hash that is under way; one that is complete is told again.
   *
   * @param retryForMs when the time is over, no further attempt is made
   * @throws {RpcError} with lightning-xpay(7)'s codes
   */
  async pay(request: PaymentRequest, send: Send, retryForMs: number): Promise<PaymentRecord> {
    const known = this.#records.get(request.paymentHash);
    if (known?.status === 'complete') return known;
    const done = this.#done(request.paymentHash);
    if (known?.status !== 'pending') this.#start(request, send);
    const giveUp = setTimeout(() => void this.#abandon(request.paymentHash), Math.min(retryForMs, MAX_TIMER_MS));
    const record = await done;
    clearTimeout(giveUp);
    return completeOnly(record);
  }

  /**
   * Pays an invoice of ours, where LDK sees no route. What comes of it is noted at once with the invoice, so that nothing
   * is under way when the daemon ends.
   *
   * @param decide answers the preimage; undefined where the payment is refused
   * @throws {RpcError} with lightning-xpay(7)'s codes
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

  async #payOurselves(request: PaymentRequest, decide: () => Promise<string | undefined>): Promise<PaymentRecord> {
    const { paymentHash } = request;
    const preimage = await decide();
    this.#begin(request);
    if (preimage === undefined) this.#fail(paymentHash, REJECTED);
    else {
      this.#node.invoices.paid(paymentHash, Number(request.amountMsat));
      this.#complete(paymentHash, preimage, 0);
    }
    await this.#node.engine.schedule();
    return this.#records.get(paymentHash)!;
  }

  #start(request: PaymentRequest, send: Send): void {
    this.#begin(request);
    const { paymentHash } = request;
    const refused = this.#node.engine.guard(() => send(bytesOf(paymentHash)));
    if (refused !== undefined) this.#fail(paymentHash, this.#refusal(request, refused));
    void this.#node.engine.schedule();
  }

  #begin(request: PaymentRequest): void {
    const earlier = this.#records.get(request.paymentHash);
    this.#indexes = { ...this.#indexes, created: this.#indexes.created + 1 };
    const { paymentHash, destination, bolt11, label, description } = request;
    this.#put({
      paymentHash,
      destination,
      status: 'pending',
      amountMsat: Number(request.amountMsat),
      sentMsat: Number(request.amountMsat),
      createdAt: Math.floor(Date.now() / 1000),
      createdIndex: this.#indexes.created,
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
    const { engine } = this.#node;
    await engine.act(() => engine.manager.abandon_payment(bytesOf(hash)));
    const known = engine.guard(() => engine.manager.list_recent_payments());
    const isKnown = known.some((payment) => hexOf(Reflect.get(payment, 'payment_id') as Uint8Array) === hash);
    if (isKnown || this.#records.get(hash)?.status !== 'pending') return;
    this.#fail(hash, { code: CODE.PAY_STOPPED_RETRYING, message: 'Timed out: no further attempts within retry_for' });
    await engine.schedule();
  }

  #done(hash: string): Promise<PaymentRecord> {
    return new Promise((resolve) => {
      this.#waiters.set(hash, [...(this.#waiters.get(hash) ?? []), { resolve }]);
    });
  }

  onSent(event: ldk.Event_PaymentSent): void {
    const record = this.#records.get(hexOf(event.payment_hash));
    if (!record || record.status === 'complete') return;
    const fee = Number(some<bigint>(event.fee_paid_msat) ?? 0n);
    this.#complete(record.paymentHash, hexOf(event.payment_preimage), fee);
  }

  #complete(hash: string, preimage: string, fee: number): void {
    const { error: _error, ...record } = this.#records.get(hash)!;
    this.#finish({
      ...record,
      status: 'complete',
      preimage,
      sentMsat: record.amountMsat + fee,
      parts: Math.max(1, record.parts),
    });
    this.#node.notify('sendpay_success', sendpayOf(this.#records.get(record.paymentHash)!));
  }

  onPathSuccessful(event: ldk.Event_PaymentPathSuccessful): void {
    const record = this.#records.get(hexOf(event.payment_id));
    if (record) this.#put({ ...record, parts: record.status === 'complete' ? record.parts : record.parts + 1 });
  }

  onPathFailed(event: ldk.Event_PaymentPathFailed): void {
    const hash = hexOf(event.payment_hash);
    const record = this.#records.get(hash);
    if (!record) return;
    const scid = someScid(event.short_channel_id);
    const where = scid === undefined ? '' : ` at channel ${formatShortChannelId(scid)}`;
    this.#lastFailure.set(hash, `a path failed${where}`);
    this.#put({ ...record, failedParts: record.failedParts + 1 });
  }

  onFailed(event: ldk.Event_PaymentFailed): void {
    const hash = hexOf(event.payment_id);
    const record = this.#records.get(hash);
    if (!record || record.status !== 'pending') return;
    const reason = some<ldk.PaymentFailureReason>(event.reason);
    this.#fail(hash, this.#failure(record, reason));
  }

  #fail(hash: string, error: { code: number; message: string }): void {
    const record = this.#records.get(hash)!;
    this.#finish({ ...record, status: 'failed', error });
    this.#node.notify('sendpay_failure', { ...error, data: sendpayOf(this.#records.get(hash)!) });
  }

  #finish(record: PaymentRecord): void {
    this.#indexes = { ...this.#indexes, updated: this.#indexes.updated + 1 };
    const done = { ...record, completedAt: Math.floor(Date.now() / 1000), updatedIndex: this.#indexes.updated };
    this.#put(done);
    this.#lastFailure.delete(record.paymentHash);
    const waiters = this.#waiters.get(record.paymentHash) ?? [];
    this.#waiters.delete(record.paymentHash);
    this.#node.engine.afterCommit(() => {
      for (const { resolve } of waiters) resolve(done);
    });
  }

  #put(record: PaymentRecord): void {
    this.#records.set(record.paymentHash, record);
    this.#node.store.putJson(PREFIX + record.paymentHash, record);
    this.#node.store.putJson(INDEXES, this.#indexes);
  }

  #refusal(request: PaymentRequest, refused: ldk.RetryableSendFailure): { code: number; message: string } {
    if (refused === ldk.RetryableSendFailure.LDKRetryableSendFailure_RouteNotFound)
      return { code: CODE.PAY_ROUTE_NOT_FOUND, message: `Failed: ${this.#noRoute(request.amountMsat)}` };
    const name = ldk.RetryableSendFailure[refused].replace('LDKRetryableSendFailure_', '');
    return { code: CODE.PAY_UNSPECIFIED_ERROR, message: `Failed: ${name}` };
  }

  #noRoute(amountMsat: bigint): string {
    const spendable = this.#node.channels
      .live()
      .filter((channel) => channel.get_is_usable())
      .reduce((sum, channel) => sum + channel.get_outbound_capacity_msat(), 0n);
    const why =
      spendable < amountMsat
        ? `Our channels can send only ${spendable}msat of ${amountMsat}msat.`
        : 'Neither our own channels nor those that gossip told us of lead to the destination with this amount and fee.';
    return `We could not find a usable set of paths.  ${why}`;
  }

  #failure(record: PaymentRecord, reason: ldk.PaymentFailureReason | undefined): { code: number; message: string } {
    const last = this.#lastFailure.get(record.paymentHash) ?? 'no path left';
    switch (reason) {
      case ldk.PaymentFailureReason.LDKPaymentFailureReason_RecipientRejected:
        return REJECTED;
      case ldk.PaymentFailureReason.LDKPaymentFailureReason_RouteNotFound:
        return {
          code: record.failedParts > 0 ? CODE.PAY_UNSPECIFIED_ERROR : CODE.PAY_ROUTE_NOT_FOUND,
          message: `Failed after ${record.failedParts} attempts: ${last}. ${this.#noRoute(BigInt(record.amountMsat))}`,
        };
      case ldk.PaymentFailureReason.LDKPaymentFailureReason_UserAbandoned:
        return { code: CODE.PAY_STOPPED_RETRYING, message: 'Timed out: no further attempts within retry_for' };
      default: {
        const name = reason === undefined ? 'failed' : ldk.PaymentFailureReason[reason];
        return {
          code: CODE.PAY_UNSPECIFIED_ERROR,
          message: `Failed after ${record.failedParts} attempts: ${last} (${name.replace('LDKPaymentFailureReason_', '')})`,
        };
      }
    }
  }
}

/** @throws {RpcError} with why it failed */
function completeOnly(record: PaymentRecord): PaymentRecord {
  if (record.status === 'complete') return record;
  const { code, message } = record.error ?? { code: CODE.PAY_UNSPECIFIED_ERROR, message: 'Failed' };
  throw new RpcError(code, message);
}

/** The fields of lightning-listsendpays(7). */
export function sendpayOf(record: PaymentRecord): { readonly [key: string]: unknown } {
  return {
    created_index: record.createdIndex,
    id: record.createdIndex,
    payment_hash: record.paymentHash,
    groupid: record.groupId,
    partid: 1,
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
