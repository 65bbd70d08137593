import type { NodeParts } from '../node/parts.js';
import { privateRoutes, type InvoiceRecord } from '../node/payments/invoices.js';
import { MAX_TIMER_MS } from '../../core/timers.js';
import type { Method } from '../context.js';
import { bytesOf } from '../bitcoin/hex.js';
import { fallbackOf, type Fallback } from '../bitcoin/fallback.js';
import { withoutScheme } from '../bitcoin/bolt11.js';
import { sha256 } from '../bitcoin/hashes.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import {
  any_,
  arrayOf,
  bool,
  escapedString,
  hash,
  label,
  msatOrAny,
  oneOf,
  secret,
  string_,
  u32,
  u64,
} from '../rpc/params.js';

const DEFAULT_EXPIRY_SECONDS = 604_800;
/** What fits into a field of an invoice (BOLT #11): 1023 words of 5 bits. */
const MAX_DESCRIPTION_BYTES = 639;
/** lightningd's own limit. */
const MAX_LABEL_BYTES = 128;

const addresses = arrayOf(string_);
const index = oneOf('created', 'updated');
const status = oneOf('paid', 'unpaid', 'expired');

/** lightning-invoice(7), lightning-listinvoices(7), lightning-delinvoice(7), lightning-waitinvoice(7), lightning-waitanyinvoice(7) */
export const invoiceMethods = ({
  invoices,
  views,
  changes,
  wallet,
}: Pick<NodeParts, 'invoices' | 'views' | 'changes' | 'wallet'>): readonly Method[] => [
  method({
    name: 'invoice',
    category: 'payment',
    params: [
      { name: 'amount_msat', type: msatOrAny, required: true },
      { name: 'label', type: label, required: true },
      { name: 'description', type: escapedString, required: true },
      { name: 'expiry', type: u32, default: DEFAULT_EXPIRY_SECONDS },
      { name: 'fallbacks', type: addresses, default: [] },
      { name: 'preimage', type: secret },
      { name: 'exposeprivatechannels', type: any_ },
      { name: 'cltv', type: u32 },
      { name: 'deschashonly', type: bool, default: false },
    ],
    handle: async (args) => {
      if (Buffer.byteLength(args.label) > MAX_LABEL_BYTES)
        throw new RpcError(CODE.INVALID_PARAMS, `Label '${args.label}' over ${MAX_LABEL_BYTES} bytes`);
      if (Buffer.byteLength(args.description) > MAX_DESCRIPTION_BYTES && !args.deschashonly)
        throw new RpcError(
          CODE.INVALID_PARAMS,
          `Description greater than ${MAX_DESCRIPTION_BYTES} bytes invalid (description length ${Buffer.byteLength(args.description)})`,
        );
      if (invoices.byLabel(args.label))
        throw new RpcError(CODE.INVOICE_LABEL_ALREADY_EXISTS, `Duplicate label '${args.label}'`);
      if (args.preimage !== undefined && invoices.byHash(sha256(bytesOf(args.preimage)).toString('hex')))
        throw new RpcError(CODE.INVOICE_PREIMAGE_ALREADY_EXISTS, 'preimage already used');
      const fallbacks = await Promise.all(args.fallbacks.map((address) => fallbackTo(wallet, address)));
      const usable = views.live().filter(({ isUsable }) => isUsable);
      const hasPublic = usable.some(({ isAnnounced }) => isAnnounced);
      const expose = args.exposeprivatechannels === true || (args.exposeprivatechannels === undefined && !hasPublic);
      const amountMsat = args.amount_msat === 'any' ? undefined : args.amount_msat;
      const record = await invoices.create({
        label: args.label,
        amountMsat,
        description: args.description,
        hashDescription: args.deschashonly,
        expirySeconds: args.expiry,
        preimage: args.preimage,
        cltv: args.cltv,
        routes: expose ? privateRoutes(usable.filter(({ isAnnounced }) => !isAnnounced)) : [],
        fallbacks,
      });
      const receivable = usable.reduce((sum, { inboundMsat }) => sum + inboundMsat, 0n);
      return {
        payment_hash: record.paymentHash,
        expires_at: record.expiresAt,
        bolt11: record.bolt11,
        payment_secret: record.paymentSecret,
        created_index: record.createdIndex,
        ...(receivable < (amountMsat ?? 1n) && {
          warning_capacity: 'Insufficient incoming channel capacity to pay invoice',
        }),
      };
    },
  }),
  method({
    name: 'listinvoices',
    category: 'payment',
    params: [
      { name: 'label', type: label },
      { name: 'invstring', type: string_ },
      { name: 'payment_hash', type: hash },
      { name: 'offer_id', type: hash },
      { name: 'index', type: index },
      { name: 'start', type: u64 },
      { name: 'limit', type: u32 },
    ],
    handle: (args) => {
      const { label: wanted, invstring, payment_hash: byHash, offer_id: offer, index: by, start = 0n, limit } = args;
      const selectors = [wanted, invstring, byHash, offer].filter((selector) => selector !== undefined);
      if (selectors.length > 1)
        throw new RpcError(
          CODE.INVALID_PARAMS,
          'Can only specify one of {label}, {invstring}, {payment_hash} or {offer_id}',
        );
      if (by === undefined && (args.start !== undefined || limit !== undefined))
        throw new RpcError(CODE.INVALID_PARAMS, `Can only specify {start} or {limit} with {index}`);
      const found = invoices
        .list()
        .filter((invoice) => wanted === undefined || invoice.label === wanted)
        .filter((invoice) => invstring === undefined || invoice.bolt11 === withoutScheme(invstring).toLowerCase())
        .filter((invoice) => byHash === undefined || invoice.paymentHash === byHash)
        .filter(() => offer === undefined);
      const key = (invoice: InvoiceRecord): number =>
        by === 'updated' ? (invoice.updatedIndex ?? 0) : invoice.createdIndex;
      const paged = found
        .filter((invoice) => BigInt(key(invoice)) >= start && (by !== 'updated' || invoice.updatedIndex !== undefined))
        .sort((a, b) => key(a) - key(b))
        .slice(0, limit);
      return { invoices: paged.map(describeInvoice) };
    },
  }),
  method({
    name: 'delinvoice',
    category: 'payment',
    params: [
      { name: 'label', type: label, required: true },
      { name: 'status', type: status, required: true },
      { name: 'desconly', type: bool, default: false },
    ],
    handle: async ({ label: name, status: wanted, desconly }) => {
      const record = invoices.byLabel(name);
      if (!record) throw new RpcError(CODE.INVOICE_NOT_FOUND, 'Unknown invoice');
      if (record.status !== wanted)
        throw new RpcError(CODE.INVOICE_STATUS_UNEXPECTED, `Invoice status is ${record.status} not ${wanted}`, {
          current_status: record.status,
          expected_status: wanted,
        });
      if (desconly && record.description === '')
        throw new RpcError(CODE.INVOICE_NO_DESCRIPTION, 'Invoice description already removed');
      if (desconly) await invoices.clearDescription(name);
      else await invoices.delete(name);
      const { description: _description, ...bare } = describeInvoice(record);
      return desconly ? bare : describeInvoice(record);
    },
  }),
  method({
    name: 'waitinvoice',
    category: 'payment',
    params: [{ name: 'label', type: label, required: true }],
    handle: async ({ label: name }, call) => {
      const first = invoices.byLabel(name);
      if (!first) throw new RpcError(CODE.LIGHTNINGD, 'Label not found');
      const expiry = AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(0, first.expiresAt * 1000 - Date.now() + 10)));
      const settled = await changes.until(
        () => {
          const record = invoices.byLabel(name);
          return record?.status === 'unpaid' ? undefined : (record ?? 'deleted');
        },
        AbortSignal.any([expiry, call.disconnected]),
      );
      const record = settled ?? invoices.byLabel(name);
      if (record === 'deleted' || record === undefined)
        throw new RpcError(CODE.LIGHTNINGD, 'Invoice deleted during waitinvoice operation');
      if (record.status !== 'paid')
        throw new RpcError(CODE.INVOICE_EXPIRED_DURING_WAIT, 'invoice expired', describeInvoice(record));
      return describeInvoice(record);
    },
  }),
  method({
    name: 'waitanyinvoice',
    category: 'payment',
    params: [
      { name: 'lastpay_index', type: u64, default: 0n },
      { name: 'timeout', type: u64 },
    ],
    handle: async ({ lastpay_index: last, timeout }, call) => {
      const milliseconds = timeout === undefined ? undefined : Number(timeout) * 1000;
      const limit =
        milliseconds === undefined
          ? call.disconnected
          : AbortSignal.any([call.disconnected, AbortSignal.timeout(Math.min(milliseconds, MAX_TIMER_MS))]);
      const found = await changes.until(() => invoices.paidAfter(Number(last)), limit);
      if (!found) throw new RpcError(CODE.INVOICE_WAIT_TIMED_OUT, 'Timed out while waiting for invoice to be paid');
      return describeInvoice(found);
    },
  }),
];

/** An invoice as all these methods show it. */
function describeInvoice(record: InvoiceRecord): { readonly [key: string]: unknown } {
  return {
    label: record.label,
    bolt11: record.bolt11,
    payment_hash: record.paymentHash,
    ...(record.amountMsat !== undefined && { amount_msat: record.amountMsat }),
    status: record.status,
    ...(record.status === 'paid' && {
      pay_index: record.payIndex,
      amount_received_msat: record.receivedMsat,
      paid_at: record.paidAt,
      payment_preimage: record.preimage,
    }),
    description: record.description,
    expires_at: record.expiresAt,
    created_index: record.createdIndex,
    ...(record.updatedIndex !== undefined && { updated_index: record.updatedIndex }),
  };
}

async function fallbackTo(wallet: NodeParts['wallet'], address: string): Promise<Fallback> {
  const script = await wallet.scriptOf(address);
  if (!script) throw new RpcError(CODE.LIGHTNINGD, 'Fallback address not valid');
  return fallbackOf(script);
}
