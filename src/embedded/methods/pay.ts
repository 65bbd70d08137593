import type { NodeParts } from '../node/parts.js';
import type { PaymentRecord } from '../node/payments/sending.js';
import type { Method } from '../context.js';
import { Bolt11Error, decodeBolt11, withoutScheme, type Bolt11 } from '../bitcoin/bolt11.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { millionths, msat, string_, u16, u32 } from '../rpc/params.js';
import { layerNames, maxPartsOf } from './layers.js';
import { exclusions } from './path-params.js';

const DEFAULT_RETRY_SECONDS = 60;

type Parts = Pick<NodeParts, 'identity' | 'payments' | 'sending' | 'receiving' | 'routes'>;

/** lightning-pay(7), lightning-xpay(7) */
export const payMethods = (parts: Parts): readonly Method[] => [
  method({
    name: 'pay',
    category: 'payment',
    // lightningd only calls it deprecated in its documentation: xpay answers it
    params: [
      { name: 'invstring', alias: 'bolt11', type: string_, required: true },
      { name: 'amount_msat', type: msat },
      { name: 'label', type: string_ },
      'riskfactor',
      { name: 'maxfeepercent', type: millionths },
      { name: 'retry_for', type: u16, default: DEFAULT_RETRY_SECONDS },
      { name: 'maxdelay', type: u32 },
      { name: 'exemptfee', type: msat },
      'localinvreqid',
      { name: 'exclude', type: exclusions, default: [] },
      { name: 'maxfee', type: msat },
      { name: 'description', type: string_ },
      { name: 'partial_msat', type: msat },
    ],
    handle: async (args) => {
      const { maxfee, maxfeepercent, exemptfee } = args;
      if (maxfee !== undefined && (maxfeepercent !== undefined || exemptfee !== undefined))
        throw new RpcError(CODE.INVALID_PARAMS, 'you cannot specify both maxfee and maxfeepercent/exemptfee');
      const record = await payInvoice(parts, args.invstring, {
        amountMsat: args.amount_msat,
        maxFeeMsat: (amount) => maxfee ?? percentFee(amount, maxfeepercent, exemptfee),
        retrySeconds: args.retry_for,
        label: args.label,
        description: args.description,
        partialMsat: args.partial_msat,
        maxDelay: args.maxdelay,
        excluded: parts.routes.excluded(args.exclude),
        ifPaid: 'tell',
      });
      return payResult(record);
    },
  }),
  method({
    name: 'xpay',
    category: 'payment',
    params: [
      { name: 'invstring', type: string_, required: true },
      { name: 'amount_msat', type: msat },
      { name: 'maxfee', type: msat },
      { name: 'layers', type: layerNames, default: [] },
      { name: 'retry_for', type: u32, default: DEFAULT_RETRY_SECONDS },
      { name: 'partial_msat', type: msat },
      { name: 'maxdelay', type: u32 },
      'payer_note',
      { name: 'label', type: string_ },
      'localinvreqid',
      'dev_use_shadow',
    ],
    handle: async (args) => {
      const record = await payInvoice(parts, args.invstring, {
        amountMsat: args.amount_msat,
        maxFeeMsat: (amount) => args.maxfee ?? defaultMaxFee(amount),
        retrySeconds: args.retry_for,
        label: args.label,
        description: undefined,
        partialMsat: args.partial_msat,
        maxDelay: args.maxdelay,
        maxParts: maxPartsOf(args.layers),
        ifPaid: 'refuse',
      });
      return xpayResult(record);
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
  readonly maxDelay: number | undefined;
  readonly maxParts?: number | undefined;
  readonly excluded?: readonly bigint[];
  /** What is done where it was paid before. */
  readonly ifPaid: 'tell' | 'refuse';
}

async function payInvoice(
  { identity, payments, sending, receiving }: Parts,
  text: string,
  options: PayOptions,
): Promise<PaymentRecord> {
  if (/^(lightning:)?ln[iro]1/i.test(text))
    throw new RpcError(CODE.INVALID_PARAMS, 'The embedded lightningd cannot pay BOLT #12 offers and invoices');
  const bolt11 = withoutScheme(text).toLowerCase();
  const invoice = readInvoice(bolt11);
  const payee = payments.payeeOf(bolt11);
  if (payee === undefined) throw new RpcError(CODE.INVALID_PARAMS, 'Invalid bolt11 invoice: bad signature or features');
  if (options.amountMsat === undefined && invoice.amountMsat === undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat required');
  if (options.amountMsat !== undefined && invoice.amountMsat !== undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat unnecessary');
  const amountMsat = invoice.amountMsat ?? options.amountMsat!;
  if (amountMsat === 0n) throw new RpcError(CODE.INVALID_PARAMS, 'Cannot pay bolt11 invoice with zero amount');
  if (options.partialMsat !== undefined && options.partialMsat !== amountMsat)
    throw new RpcError(CODE.INVALID_PARAMS, 'partial_msat: the embedded lightningd only pays invoices in full');
  const known = sending.get(invoice.paymentHash!);
  if (known?.status === 'complete' && options.ifPaid === 'refuse')
    throw new RpcError(CODE.PAY_INJECTPAYMENTONION_ALREADY_PAID, 'Already paid this invoice successfully');
  const late = Math.floor(Date.now() / 1000) - invoice.createdAt - invoice.expirySeconds;
  if (known?.status !== 'complete' && late > 0)
    throw new RpcError(CODE.PAY_INVOICE_EXPIRED, `Invoice expired ${late} seconds ago`);
  const request = {
    paymentHash: invoice.paymentHash!,
    destination: payee,
    amountMsat,
    bolt11,
    label: options.label,
    description: options.description,
  };
  if (payee === identity.id) {
    const decide = () => receiving.decideOnOwn(request.paymentHash, Number(amountMsat));
    return await sending.payOurselves(request, decide);
  }
  const { maxDelay, maxParts, excluded } = options;
  const limits = { maxFeeMsat: options.maxFeeMsat(amountMsat), maxDelay, maxParts, excluded };
  const send = payments.toInvoice(bolt11, amountMsat, limits);
  if (!send) throw new RpcError(CODE.INVALID_PARAMS, 'Invalid bolt11 invoice: LDK cannot pay it');
  return await sending.pay(request, send, options.retrySeconds * 1000);
}

/**
 * An invoice that may be paid here.
 *
 * @throws {RpcError} -32602 in lightning-xpay(7)'s words
 */
export function readInvoice(bolt11: string): Bolt11 {
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
export function percentFee(amount: bigint, percent: number | undefined, exempt: bigint | undefined): bigint {
  if (percent === undefined && exempt === undefined) return defaultMaxFee(amount);
  return max((amount * BigInt(percent ?? 500_000)) / 100_000_000n, exempt ?? 5_000n);
}

/** The reply of pay and keysend. */
export const payResult = (record: PaymentRecord): object => ({
  payment_preimage: record.preimage,
  status: record.status,
  amount_msat: record.amountMsat,
  amount_sent_msat: record.sentMsat,
  parts: record.parts,
  destination: record.destination,
  payment_hash: record.paymentHash,
  created_at: record.createdAt,
});

/** The reply of xpay and xkeysend. */
export const xpayResult = (record: PaymentRecord): object => ({
  payment_preimage: record.preimage,
  amount_msat: record.amountMsat,
  amount_sent_msat: record.sentMsat,
  failed_parts: record.failedParts,
  successful_parts: record.parts,
});
