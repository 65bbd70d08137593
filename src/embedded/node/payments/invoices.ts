import type { Fallback } from '../../bitcoin/fallback.js';
import { randomBytes } from 'node:crypto';
import { encodeBolt11, type RouteHintHop } from '../../bitcoin/bolt11.js';
import { sha256 } from '../../bitcoin/hashes.js';
import { bytesOf } from '../../bitcoin/hex.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { LdkPayments } from '../../ldk/payments.js';
import { Counters, Records } from '../../store/records.js';
import type { Reader, Turn, Tx } from '../../store/turns.js';
import { NodeError } from '../errors.js';
import { INVOICE_FEATURES } from '../identity.js';
import type { Tell } from '../tell.js';

export type InvoiceStatus = 'unpaid' | 'paid' | 'expired';

/** An invoice of ours, as it is kept. Amounts in msat, times in seconds. */
export interface InvoiceRecord {
  readonly label: string;
  readonly bolt11: string;
  readonly paymentHash: string;
  readonly paymentSecret: string;
  readonly preimage: string;
  readonly amountMsat: number | undefined;
  readonly description: string;
  readonly status: InvoiceStatus;
  readonly expiresAt: number;
  readonly createdIndex: number;
  readonly updatedIndex?: number;
  readonly payIndex?: number;
  readonly receivedMsat?: number;
  readonly paidAt?: number;
}

export interface InvoiceRequest {
  readonly label: string;
  readonly amountMsat: bigint | undefined;
  readonly description: string;
  readonly hashDescription: boolean;
  readonly expirySeconds: number;
  readonly preimage: string | undefined;
  readonly cltv: number | undefined;
  readonly routes: readonly (readonly RouteHintHop[])[];
  readonly fallbacks: readonly Fallback[];
}

/** LDK accepts no less for an HTLC that is for us (MIN_FINAL_CLTV_EXPIRY_DELTA), with room for a few blocks meanwhile. */
const MIN_FINAL_CLTV = 27;

export interface InvoicesParts {
  readonly store: Reader;
  readonly turn: Turn;
  readonly tell: Tell;
  readonly ldk: Pick<LdkPayments, 'invoiceSecret'>;
  readonly nodeSecret: Uint8Array;
}

/** The invoices that this node has made. */
export class Invoices {
  readonly #parts: InvoicesParts;
  readonly #records: Records<InvoiceRecord>;
  readonly #byHash: (hash: string) => InvoiceRecord | undefined;
  readonly #byPayIndex: (index: number) => InvoiceRecord | undefined;
  readonly #counters: Counters<'created' | 'updated' | 'deleted' | 'paid'>;

  constructor(parts: InvoicesParts) {
    this.#parts = parts;
    const { store } = parts;
    this.#records = new Records(store, 'invoice/', ({ label }) => label);
    this.#byHash = this.#records.indexBy(({ paymentHash }) => paymentHash);
    this.#byPayIndex = this.#records.indexBy(({ payIndex }) => payIndex);
    this.#counters = new Counters(store, 'invoice-indexes', { created: 0, updated: 0, deleted: 0, paid: 0 });
  }

  get indexes(): Readonly<Record<'created' | 'updated' | 'deleted' | 'paid', number>> {
    return this.#counters.counts;
  }

  /** All, by creation. */
  list(): InvoiceRecord[] {
    return this.#records
      .list()
      .map(current)
      .sort((a, b) => a.createdIndex - b.createdIndex);
  }

  byLabel(label: string): InvoiceRecord | undefined {
    const record = this.#records.get(label);
    return record && current(record);
  }

  byHash(hash: string): InvoiceRecord | undefined {
    const record = this.#byHash(hash);
    return record && current(record);
  }

  /** The first that was paid after the one with this pay index. */
  paidAfter(payIndex: number): InvoiceRecord | undefined {
    const { paid } = this.#counters.counts;
    for (let index = payIndex + 1; index <= paid; index++) {
      const record = this.#byPayIndex(index);
      if (record) return record;
    }
    return undefined;
  }

  /**
   * Makes an invoice. Label and preimage have to be new.
   *
   * @throws {NodeError} if the amount is more than there can be
   */
  create(request: InvoiceRequest): Promise<InvoiceRecord> {
    return this.#parts.turn((tx) => this.createIn(tx, request));
  }

  /** As `create`, within a turn. */
  createIn(tx: Tx, request: InvoiceRequest): InvoiceRecord {
    const { ldk, nodeSecret, tell } = this.#parts;
    const { label, amountMsat, description, hashDescription, expirySeconds, routes, fallbacks } = request;
    const preimage = request.preimage ?? randomBytes(32).toString('hex');
    const paymentHash = sha256(bytesOf(preimage)).toString('hex');
    const minFinalCltv = Math.max(request.cltv ?? MIN_FINAL_CLTV, MIN_FINAL_CLTV);
    const paymentSecret = ldk.invoiceSecret(paymentHash, amountMsat, minFinalCltv);
    if (paymentSecret === undefined)
      throw new NodeError('INVALID_PARAMS', `amount_msat: ${amountMsat} msat is more than there can be`);
    const createdAt = Math.floor(Date.now() / 1000);
    const bolt11 = encodeBolt11(
      {
        currency: 'bcrt',
        amountMsat,
        createdAt,
        paymentHash,
        paymentSecret,
        description,
        descriptionHash: hashDescription ? sha256(Buffer.from(description)).toString('hex') : undefined,
        expirySeconds,
        minFinalCltv,
        routes,
        fallbacks,
        features: bytesOf(INVOICE_FEATURES),
      },
      nodeSecret,
    );
    const record: InvoiceRecord = {
      label,
      bolt11,
      paymentHash,
      paymentSecret,
      preimage,
      amountMsat: amountMsat === undefined ? undefined : Number(amountMsat),
      description,
      status: 'unpaid',
      expiresAt: createdAt + expirySeconds,
      createdIndex: this.#counters.next(tx, 'created'),
    };
    this.#records.put(tx, record);
    const msat = record.amountMsat === undefined ? {} : { msat: record.amountMsat };
    tell(tx, 'invoice_creation', { label, preimage, ...msat });
    return record;
  }

  /** Notes that an invoice was paid. */
  onPaid(tx: Tx, paymentHash: string, receivedMsat: number): void {
    const record = this.byHash(paymentHash);
    if (!record || record.status === 'paid') return;
    const { label, preimage } = record;
    this.#records.put(tx, {
      ...record,
      status: 'paid',
      updatedIndex: this.#counters.next(tx, 'updated'),
      payIndex: this.#counters.next(tx, 'paid'),
      receivedMsat,
      paidAt: Math.floor(Date.now() / 1000),
    });
    this.#parts.tell(tx, 'invoice_payment', { label, preimage, msat: receivedMsat });
  }

  delete(label: string): Promise<void> {
    return this.#parts.turn((tx) => {
      this.#counters.next(tx, 'deleted');
      this.#records.delete(tx, label);
    });
  }

  /** Replaces an invoice's description by nothing, as `delinvoice desconly` does. */
  clearDescription(label: string): Promise<void> {
    return this.#parts.turn((tx) => void this.#records.update(tx, label, { description: '' }));
  }
}

/** The record with its status by the real clock. */
function current(record: InvoiceRecord): InvoiceRecord {
  if (record.status !== 'unpaid' || Math.floor(Date.now() / 1000) <= record.expiresAt) return record;
  return { ...record, status: 'expired' };
}

/** The ways to us through channels that are not announced. */
export function privateRoutes(channels: readonly LiveChannel[]): RouteHintHop[][] {
  return channels.flatMap(({ peerId, inboundPaymentScid, isUsable, theirs }): RouteHintHop[][] => {
    if (inboundPaymentScid === undefined || !isUsable || !theirs) return [];
    const { feeBaseMsat, feeProportionalMillionths, cltvExpiryDelta } = theirs;
    return [
      [{ nodeId: peerId, shortChannelId: inboundPaymentScid, feeBaseMsat, feeProportionalMillionths, cltvExpiryDelta }],
    ];
  });
}
