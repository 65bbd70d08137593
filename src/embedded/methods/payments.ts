import type { Method } from '../context.js';
import { Bolt11Error, decodeBolt11, type Bolt11 } from '../ldk/bolt11.js';
import { payeeOf } from '../ldk/invoices.js';
import type { Node } from '../ldk/node.js';
import { invoiceSender, keysendSender, sendpayOf, type PaymentRecord } from '../ldk/payments.js';
import { CODE, RpcError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { any_, hash, millionths, msat, nodeId, oneOf, string_, u16, u32, u64 } from '../rpc/params.js';

const DEFAULT_RETRY_SECONDS = 60;
const KEYSEND_FINAL_CLTV = 27;

const status = oneOf('pending', 'complete', 'failed');
const deletable = oneOf('complete', 'failed');
const index = oneOf('created', 'updated');

/** lightning-pay(7), lightning-xpay(7), lightning-keysend(7), lightning-listpays(7), lightning-listsendpays(7), lightning-delpay(7) */
export const paymentMethods = (node: Node): readonly Method[] => [
  method({
    name: 'pay',
    category: 'payment',
    // lightningd marks it deprecated in its documents alone: xpay answers it
    params: [
      { name: 'bolt11', type: string_, required: true },
      { name: 'amount_msat', type: msat },
      { name: 'label', type: string_ },
      { name: 'riskfactor', type: any_ },
      { name: 'maxfeepercent', type: millionths },
      { name: 'retry_for', type: u16, default: DEFAULT_RETRY_SECONDS },
      { name: 'maxdelay', type: u32 },
      { name: 'exemptfee', type: msat },
      { name: 'localinvreqid', type: any_ },
      { name: 'exclude', type: any_ },
      { name: 'maxfee', type: msat },
      { name: 'description', type: string_ },
      { name: 'partial_msat', type: msat },
    ],
    handle: async (args) => {
      const { maxfee, maxfeepercent, exemptfee } = args;
      if (maxfee !== undefined && (maxfeepercent !== undefined || exemptfee !== undefined))
        throw new RpcError(CODE.INVALID_PARAMS, 'you cannot specify both maxfee and maxfeepercent/exemptfee');
      const record = await payInvoice(node, args.bolt11, {
        amountMsat: args.amount_msat,
        maxFeeMsat: (amount) => maxfee ?? percentFee(amount, maxfeepercent, exemptfee),
        retrySeconds: args.retry_for,
        label: args.label,
        description: args.description,
        partialMsat: args.partial_msat,
      });
      return {
        payment_preimage: record.preimage,
        status: record.status,
        amount_msat: record.amountMsat,
        amount_sent_msat: record.sentMsat,
        parts: record.parts,
        destination: record.destination,
        payment_hash: record.paymentHash,
        created_at: record.createdAt,
      };
    },
  }),
  method({
    name: 'xpay',
    category: 'payment',
    params: [
      { name: 'invstring', type: string_, required: true },
      { name: 'amount_msat', type: msat },
      { name: 'maxfee', type: msat },
      { name: 'layers', type: any_ },
      { name: 'retry_for', type: u32, default: DEFAULT_RETRY_SECONDS },
      { name: 'partial_msat', type: msat },
      { name: 'maxdelay', type: u32 },
      { name: 'payer_note', type: string_ },
      { name: 'label', type: string_ },
      { name: 'localinvreqid', type: any_ },
    ],
    handle: async (args) => {
      const record = await payInvoice(node, args.invstring, {
        amountMsat: args.amount_msat,
        maxFeeMsat: (amount) => args.maxfee ?? defaultMaxFee(amount),
        retrySeconds: args.retry_for,
        label: args.label,
        description: undefined,
        partialMsat: args.partial_msat,
      });
      return xpayResult(record);
    },
  }),
  ...(['keysend', 'xkeysend'] as const).map((name) => keysend(node, name)),
  method({
    name: 'listpays',
    category: 'payment',
    params: [
      { name: 'bolt11', type: string_ },
      { name: 'payment_hash', type: hash },
      { name: 'status', type: status },
      { name: 'index', type: index },
      { name: 'start', type: u64 },
      { name: 'limit', type: u32 },
    ],
    handle: (args) => ({ pays: select(node, args).map(describePay) }),
  }),
  method({
    name: 'listsendpays',
    category: 'payment',
    params: [
      { name: 'bolt11', type: string_ },
      { name: 'payment_hash', type: hash },
      { name: 'status', type: status },
      { name: 'index', type: index },
      { name: 'start', type: u64 },
      { name: 'limit', type: u32 },
    ],
    handle: (args) => ({ payments: select(node, args).map(sendpayOf) }),
  }),
  method({
    name: 'delpay',
    category: 'payment',
    params: [
      { name: 'payment_hash', type: hash, required: true },
      { name: 'status', type: deletable, required: true },
      { name: 'partid', type: u64 },
      { name: 'groupid', type: u64 },
    ],
    handle: async ({ payment_hash: paymentHash, status: wanted }) => {
      const record = node.payments.get(paymentHash);
      if (!record) throw new RpcError(CODE.PAY_NO_SUCH_PAYMENT, `Unknown payment with payment_hash: ${paymentHash}`);
      if (record.status !== wanted)
        throw new RpcError(
          CODE.PAY_STATUS_UNEXPECTED,
          `Payment with hash ${paymentHash} has ${record.status} status but it should be ${wanted}`,
        );
      node.payments.delete(paymentHash);
      await node.engine.schedule();
      return { payments: [sendpayOf(record)] };
    },
  }),
];

interface PayOptions {
  readonly amountMsat: bigint | undefined;
  readonly maxFeeMsat: (amount: bigint) => bigint;
  readonly retrySeconds: number;
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly partialMsat: bigint | undefined;
}

async function payInvoice(node: Node, text: string, options: PayOptions): Promise<PaymentRecord> {
  if (/^(lightning:)?ln[iro]1/i.test(text))
    throw new RpcError(CODE.INVALID_PARAMS, 'The embedded lightningd cannot pay BOLT #12 offers and invoices');
  const bolt11 = text.replace(/^lightning:/i, '').toLowerCase();
  const invoice = readInvoice(bolt11);
  const payee = node.engine.guard(() => payeeOf(bolt11));
  if (payee === undefined) throw new RpcError(CODE.INVALID_PARAMS, 'Invalid bolt11 invoice: bad signature or features');
  if (options.amountMsat === undefined && invoice.amountMsat === undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat required');
  if (options.amountMsat !== undefined && invoice.amountMsat !== undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat unnecessary');
  const amountMsat = invoice.amountMsat ?? options.amountMsat!;
  if (amountMsat === 0n) throw new RpcError(CODE.INVALID_PARAMS, 'Cannot pay bolt11 invoice with zero amount');
  if (options.partialMsat !== undefined && options.partialMsat !== amountMsat)
    throw new RpcError(CODE.INVALID_PARAMS, 'partial_msat: the embedded lightningd pays whole invoices alone');
  const known = node.payments.get(invoice.paymentHash!);
  const late = Math.floor(Date.now() / 1000) - invoice.createdAt - invoice.expirySeconds;
  if (known?.status !== 'complete' && late > 0)
    throw new RpcError(CODE.PAY_INVOICE_EXPIRED, `Invoice expired ${late} seconds ago`);
  if (payee === node.id)
    throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, 'Failed: the invoice is our own, and there is no route to ourselves');
  const maxFeeMsat = options.maxFeeMsat(amountMsat);
  const send = node.engine.guard(() => invoiceSender(node, bolt11, amountMsat, maxFeeMsat));
  if (!send) throw new RpcError(CODE.INVALID_PARAMS, 'Invalid bolt11 invoice: LDK cannot pay it');
  return await node.payments.pay(
    {
      paymentHash: invoice.paymentHash!,
      destination: payee,
      amountMsat,
      maxFeeMsat,
      bolt11,
      label: options.label,
      description: options.description,
      send,
    },
    options.retrySeconds * 1000,
  );
}

/**
 * An invoice that may be paid here.
 *
 * @throws {RpcError} -32602 in lightning-xpay(7)'s words
 */
function readInvoice(bolt11: string): Bolt11 {
  let invoice: Bolt11;
  try {
    invoice = decodeBolt11(bolt11);
  } catch (error) {
    if (error instanceof Bolt11Error)
      throw new RpcError(CODE.INVALID_PARAMS, `Invalid bolt11 invoice: ${error.message}`);
    throw error;
  }
  if (invoice.currency !== 'bcrt')
    throw new RpcError(CODE.INVALID_PARAMS, `Invalid bolt11 invoice: Prefix ${invoice.currency} is not for regtest`);
  if (invoice.paymentHash === undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'Invalid bolt11 invoice: payment hash missing');
  if (invoice.paymentSecret === undefined) throw new RpcError(CODE.INVALID_PARAMS, 'need payment_secret');
  return invoice;
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** lightning-xpay(7): 1 %, or 5 sat where that is more. */
const defaultMaxFee = (amount: bigint): bigint => max(amount / 100n, 5_000n);

/** lightning-pay(7): `percent` in millionths; below `exempt` any fee will do. */
function percentFee(amount: bigint, percent: number | undefined, exempt: bigint | undefined): bigint {
  if (percent === undefined && exempt === undefined) return defaultMaxFee(amount);
  return max((amount * BigInt(percent ?? 500_000)) / 100_000_000n, exempt ?? 5_000n);
}

const xpayResult = (record: PaymentRecord): object => ({
  payment_preimage: record.preimage,
  amount_msat: record.amountMsat,
  amount_sent_msat: record.sentMsat,
  failed_parts: record.failedParts,
  successful_parts: record.parts,
});

function keysend(node: Node, name: 'keysend' | 'xkeysend'): Method {
  return method({
    name,
    category: 'payment',
    deprecated: name === 'keysend',
    params: [
      { name: 'destination', type: nodeId, required: true },
      { name: 'amount_msat', type: msat, required: true },
      { name: 'label', type: string_ },
      { name: 'maxfeepercent', type: millionths },
      { name: 'retry_for', type: u32, default: DEFAULT_RETRY_SECONDS },
      { name: 'maxdelay', type: u32 },
      { name: 'exemptfee', type: msat },
      { name: 'extratlvs', type: any_ },
      { name: 'routehints', type: any_ },
      { name: 'maxfee', type: msat },
    ],
    handle: async (args) => {
      const { destination, amount_msat: amountMsat } = args;
      if (destination === node.id) throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, 'Failed: the destination is this node');
      if (amountMsat === 0n) throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat: should be more than 0');
      const maxFeeMsat = args.maxfee ?? percentFee(amountMsat, args.maxfeepercent, args.exemptfee);
      const tlvs = readTlvs(args.extratlvs);
      const made = node.engine.guard(() =>
        keysendSender(node, destination, amountMsat, maxFeeMsat, tlvs, KEYSEND_FINAL_CLTV),
      );
      if (!made) throw new RpcError(CODE.INVALID_PARAMS, 'extratlvs: types below 65536 belong to the protocol');
      const request = {
        paymentHash: made.paymentHash,
        destination,
        amountMsat,
        maxFeeMsat,
        label: args.label,
        send: made.send,
      };
      const record = await node.payments.pay(request, args.retry_for * 1000);
      if (name === 'xkeysend') return xpayResult(record);
      return {
        payment_preimage: record.preimage,
        destination,
        payment_hash: record.paymentHash,
        created_at: record.createdAt,
        parts: record.parts,
        amount_msat: record.amountMsat,
        amount_sent_msat: record.sentMsat,
        status: record.status,
      };
    },
  });
}

/** `{ "TYPE": "HEX" }` */
function readTlvs(value: unknown): { type: bigint; value: Uint8Array }[] {
  if (value === undefined) return [];
  const wrong = new RpcError(CODE.INVALID_PARAMS, 'extratlvs: should be an object of types and their values in hex');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong;
  return Object.entries(value)
    .map(([type, hex]) => {
      if (!/^\d{1,19}$/.test(type) || typeof hex !== 'string' || !/^([0-9a-fA-F]{2})*$/.test(hex)) throw wrong;
      return { type: BigInt(type), value: Uint8Array.from(Buffer.from(hex, 'hex')) };
    })
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

interface Selection {
  readonly bolt11?: string | undefined;
  readonly payment_hash?: string | undefined;
  readonly status?: string | undefined;
  readonly index?: 'created' | 'updated' | undefined;
  readonly start?: bigint | undefined;
  readonly limit?: number | undefined;
}

function select(node: Node, selection: Selection): PaymentRecord[] {
  const { bolt11, payment_hash: byHash, status: wanted, index: by, start, limit } = selection;
  if (bolt11 !== undefined && byHash !== undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'Can only specify one of {bolt11} or {payment_hash} in input');
  if (by === undefined && (start !== undefined || limit !== undefined))
    throw new RpcError(CODE.INVALID_PARAMS, 'Can only specify {start} or {limit} with {index}');
  const ofInvoice =
    bolt11 === undefined ? undefined : readInvoice(bolt11.replace(/^lightning:/i, '').toLowerCase()).paymentHash;
  const hashWanted = byHash ?? ofInvoice;
  const key = (record: PaymentRecord): number => (by === 'updated' ? (record.updatedIndex ?? 0) : record.createdIndex);
  return node.payments
    .list()
    .filter((record) => hashWanted === undefined || record.paymentHash === hashWanted)
    .filter((record) => wanted === undefined || record.status === wanted)
    .filter((record) => start === undefined || BigInt(key(record)) >= start)
    .sort((a, b) => key(a) - key(b))
    .slice(0, limit);
}

const describePay = (record: PaymentRecord): object => ({
  ...(record.bolt11 !== undefined && { bolt11: record.bolt11 }),
  destination: record.destination,
  payment_hash: record.paymentHash,
  status: record.status,
  created_at: record.createdAt,
  ...(record.completedAt !== undefined && { completed_at: record.completedAt }),
  ...(record.label !== undefined && { label: record.label }),
  ...(record.description !== undefined && { description: record.description }),
  ...(record.preimage !== undefined && { preimage: record.preimage }),
  ...(record.status !== 'failed' && { amount_msat: record.amountMsat }),
  ...(record.status !== 'failed' && { amount_sent_msat: record.sentMsat }),
  created_index: record.createdIndex,
  ...(record.updatedIndex !== undefined && { updated_index: record.updatedIndex }),
  ...(record.parts > 1 && { number_of_parts: record.parts }),
});
