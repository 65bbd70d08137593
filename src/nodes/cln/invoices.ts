import type { Decoded, Invoice as WireInvoice, PayResult, XpayResult } from '../../rpc/lightning-types.js';
import type { DecodedInvoice, Invoice, NewInvoice, Payment } from '../node.js';

/** An invoice that was just made, with lightning-invoice(7)'s own names too. */
export type ClnNewInvoice = NewInvoice & { readonly payment_hash: string; readonly expires_at: number };

/** An invoice, with lightning-listinvoices(7)'s own names too. */
export type ClnInvoice = Invoice & WireInvoice;

/** A payment, with lightning-pay(7)'s own names too. */
export type ClnPayment = Payment & PayResult;

const msat = (amount: number | undefined): bigint | undefined => (amount === undefined ? undefined : BigInt(amount));

export const newInvoiceOf = (
  label: string,
  { bolt11, payment_hash, expires_at }: { bolt11: string; payment_hash: string; expires_at: number },
): ClnNewInvoice => ({ label, bolt11, payment_hash, expires_at, paymentHash: payment_hash, expiresAt: expires_at });

export const invoiceOf = (record: WireInvoice): ClnInvoice => ({
  ...record,
  paymentHash: record.payment_hash,
  amountMsat: msat(record.amount_msat),
  receivedMsat: msat(record.amount_received_msat),
  record,
});

export const decodedOf = (record: Decoded): DecodedInvoice => ({
  kind: record.type === 'bolt11 invoice' ? 'bolt11' : 'other',
  network: record.currency,
  payee: record.payee,
  paymentHash: record.payment_hash,
  amountMsat: msat(record.amount_msat),
  expiresAt: (record.created_at ?? 0) + (record.expiry ?? 0),
  record,
});

export const paymentOf = (record: PayResult): ClnPayment => ({
  ...record,
  preimage: record.payment_preimage,
  amountMsat: BigInt(record.amount_msat),
  sentMsat: BigInt(record.amount_sent_msat),
  record,
});

export const keysendOf = (record: XpayResult): Payment => ({
  status: 'complete',
  preimage: record.payment_preimage,
  amountMsat: BigInt(record.amount_msat),
  sentMsat: BigInt(record.amount_sent_msat),
  record,
});
