import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { randomBytes } from 'node:crypto';
import * as ldk from '#ldk';
import { encodeBolt11, type RouteHintHop } from '../bitcoin/bolt11.js';
import { MIN_FINAL_CLTV } from './config.js';
import { isNull, ok, someScid } from './convert.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { INVOICE_FEATURES } from './identity.js';
import { sha256 } from '../bitcoin/hashes.js';
import type { Node } from './node.js';

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
}

export interface Indexes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
  readonly paid: number;
}

const PREFIX = 'invoice/';
const INDEXES = 'invoice-indexes';
/** LDK's clock is the last block's: it must never be the one that calls an invoice expired. */
const LDK_EXPIRY_SECONDS = 50 * 365 * 86_400;

/** The invoices that this node has made. */
export class Invoices {
  readonly #node: Node;
  readonly #byLabel = new Map<string, InvoiceRecord>();
  readonly #byHash = new Map<string, string>();
  #indexes: Indexes;

  constructor(node: Node) {
    this.#node = node;
    this.#indexes = node.store.getJson<Indexes>(INDEXES) ?? { created: 0, updated: 0, deleted: 0, paid: 0 };
    for (const key of node.store.keys(PREFIX)) this.#index(node.store.getJson<InvoiceRecord>(key)!);
  }

  get indexes(): Indexes {
    return this.#indexes;
  }

  /** All, by creation. */
  list(): InvoiceRecord[] {
    return [...this.#byLabel.values()].map(current).sort((a, b) => a.createdIndex - b.createdIndex);
  }

  byLabel(label: string): InvoiceRecord | undefined {
    const record = this.#byLabel.get(label);
    return record && current(record);
  }

  byHash(hash: string): InvoiceRecord | undefined {
    const label = this.#byHash.get(hash);
    return label === undefined ? undefined : this.byLabel(label);
  }

  /** Makes an invoice. Label and preimage have to be new. */
  create(request: InvoiceRequest): InvoiceRecord {
    const preimage = request.preimage ?? randomBytes(32).toString('hex');
    const paymentHash = sha256(bytesOf(preimage)).toString('hex');
    const cltv = Math.max(request.cltv ?? MIN_FINAL_CLTV, MIN_FINAL_CLTV);
    const secret = this.#register(paymentHash, request.amountMsat, cltv);
    const createdAt = Math.floor(Date.now() / 1000);
    const bolt11 = encodeBolt11(
      {
        currency: 'bcrt',
        amountMsat: request.amountMsat,
        createdAt,
        paymentHash,
        paymentSecret: secret,
        description: request.description,
        descriptionHash: request.hashDescription ? sha256(Buffer.from(request.description)).toString('hex') : undefined,
        expirySeconds: request.expirySeconds,
        minFinalCltv: cltv,
        routes: request.routes,
        features: bytesOf(INVOICE_FEATURES),
      },
      this.#node.keys.nodeSecret,
    );
    this.#indexes = { ...this.#indexes, created: this.#indexes.created + 1 };
    const record: InvoiceRecord = {
      label: request.label,
      bolt11,
      paymentHash,
      paymentSecret: secret,
      preimage,
      amountMsat: request.amountMsat === undefined ? undefined : Number(request.amountMsat),
      description: request.description,
      status: 'unpaid',
      expiresAt: createdAt + request.expirySeconds,
      createdIndex: this.#indexes.created,
    };
    this.#put(record);
    const msat = record.amountMsat === undefined ? {} : { msat: record.amountMsat };
    this.#node.notify('invoice_creation', { label: record.label, preimage, ...msat });
    return record;
  }

  /** LDK tells payments for us by a secret that it has made itself. */
  #register(paymentHash: string, amountMsat: bigint | undefined, cltv: number): string {
    const { engine } = this.#node;
    const amount =
      amountMsat === undefined ? ldk.Option_u64Z.constructor_none() : ldk.Option_u64Z.constructor_some(amountMsat);
    const minimum = ldk.Option_u16Z.constructor_some(cltv);
    const made = engine.guard(() =>
      engine.manager.create_inbound_payment_for_hash(bytesOf(paymentHash), amount, LDK_EXPIRY_SECONDS, minimum),
    );
    const secret = ok<Uint8Array>(made);
    if (!secret) throw new RpcError(CODE.INVALID_PARAMS, `amount_msat: ${amountMsat} msat is more than there can be`);
    return hexOf(secret);
  }

  /** Notes that an invoice was paid. */
  paid(paymentHash: string, receivedMsat: number): InvoiceRecord | undefined {
    const record = this.byHash(paymentHash);
    if (!record || record.status === 'paid') return record;
    const { updated, paid } = this.#indexes;
    this.#indexes = { ...this.#indexes, updated: updated + 1, paid: paid + 1 };
    const done: InvoiceRecord = {
      ...record,
      status: 'paid',
      updatedIndex: updated + 1,
      payIndex: paid + 1,
      receivedMsat,
      paidAt: Math.floor(Date.now() / 1000),
    };
    this.#put(done);
    this.#node.notify('invoice_payment', { label: done.label, preimage: done.preimage, msat: receivedMsat });
    return done;
  }

  delete(label: string): void {
    const record = this.#byLabel.get(label);
    if (!record) return;
    this.#byLabel.delete(label);
    this.#byHash.delete(record.paymentHash);
    this.#indexes = { ...this.#indexes, deleted: this.#indexes.deleted + 1 };
    this.#node.store.delete(PREFIX + label);
    this.#node.store.putJson(INDEXES, this.#indexes);
    void this.#node.engine.schedule();
  }

  /** Replaces an invoice's description by nothing, as `delinvoice desconly` does. */
  clearDescription(label: string): void {
    const record = this.#byLabel.get(label);
    if (record) this.#put({ ...record, description: '' });
  }

  #put(record: InvoiceRecord): void {
    this.#index(record);
    this.#node.store.putJson(PREFIX + record.label, record);
    this.#node.store.putJson(INDEXES, this.#indexes);
    void this.#node.engine.schedule();
  }

  #index(record: InvoiceRecord): void {
    this.#byLabel.set(record.label, record);
    this.#byHash.set(record.paymentHash, record.label);
  }
}

/** The record with its status by the real clock. */
function current(record: InvoiceRecord): InvoiceRecord {
  if (record.status !== 'unpaid' || Math.floor(Date.now() / 1000) <= record.expiresAt) return record;
  return { ...record, status: 'expired' };
}

/** The node id that a bolt11 is from, as LDK reads it; undefined where LDK cannot read it. */
export function payeeOf(bolt11: string): string | undefined {
  const invoice = ok<ldk.Bolt11Invoice>(ldk.Bolt11Invoice.constructor_from_str(bolt11));
  return invoice && hexOf(invoice.get_payee_pub_key());
}

/** The ways to us through channels that are not announced. */
export function privateRoutes(channels: readonly ldk.ChannelDetails[]): RouteHintHop[][] {
  return channels.flatMap((details): RouteHintHop[][] => {
    const scid = someScid(details.get_inbound_payment_scid());
    const forwarding = details.get_counterparty().get_forwarding_info();
    if (scid === undefined || !details.get_is_usable() || isNull(forwarding)) return [];
    const hop: RouteHintHop = {
      nodeId: hexOf(details.get_counterparty().get_node_id()),
      shortChannelId: scid,
      feeBaseMsat: forwarding.get_fee_base_msat(),
      feeProportionalMillionths: forwarding.get_fee_proportional_millionths(),
      cltvExpiryDelta: forwarding.get_cltv_expiry_delta(),
    };
    return [[hop]];
  });
}
