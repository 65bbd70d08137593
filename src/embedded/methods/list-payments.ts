import type { NodeParts } from '../node/parts.js';
import { PART_ID, sendpayOf, type PaymentRecord, type Sending } from '../node/payments/sending.js';
import type { Method } from '../context.js';
import { withoutScheme } from '../bitcoin/bolt11.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { hash, oneOf, string_, u32, u64 } from '../rpc/params.js';
import { readInvoice } from './pay.js';

const status = oneOf('pending', 'complete', 'failed');
const deletable = oneOf('complete', 'failed');
const index = oneOf('created', 'updated');

/** Which payments to list. */
const which = [
  { name: 'bolt11', type: string_ },
  { name: 'payment_hash', type: hash },
  { name: 'status', type: status },
  { name: 'index', type: index },
  { name: 'start', type: u64 },
  { name: 'limit', type: u32 },
] as const;

/** lightning-listpays(7), lightning-listsendpays(7), lightning-delpay(7) */
export const listPaymentMethods = ({ sending }: Pick<NodeParts, 'sending'>): readonly Method[] => [
  method({
    name: 'listpays',
    category: 'payment',
    params: which,
    handle: (args) => ({ pays: select(sending, args).map(describePay) }),
  }),
  method({
    name: 'listsendpays',
    category: 'payment',
    params: which,
    handle: (args) => ({ payments: select(sending, args).map(sendpayOf) }),
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
    handle: async ({ payment_hash: paymentHash, status: wanted, partid, groupid }) => {
      if ((partid === undefined) !== (groupid === undefined))
        throw new RpcError(CODE.INVALID_PARAMS, 'Must set both partid and groupid, or neither');
      const record = sending.get(paymentHash);
      if (!record) throw new RpcError(CODE.PAY_NO_SUCH_PAYMENT, `Unknown payment with payment_hash: ${paymentHash}`);
      if (record.status !== wanted)
        throw new RpcError(
          CODE.PAY_STATUS_UNEXPECTED,
          `Payment with hash ${paymentHash} has ${record.status} status but it should be ${wanted}`,
        );
      if (partid !== undefined && (partid !== BigInt(PART_ID) || groupid !== BigInt(record.groupId)))
        throw new RpcError(CODE.PAY_NO_SUCH_PAYMENT, 'No payment for that payment_hash with that partid and groupid');
      await sending.delete(paymentHash);
      return { payments: [sendpayOf(record)] };
    },
  }),
];

interface Selection {
  readonly bolt11?: string | undefined;
  readonly payment_hash?: string | undefined;
  readonly status?: string | undefined;
  readonly index?: 'created' | 'updated' | undefined;
  readonly start?: bigint | undefined;
  readonly limit?: number | undefined;
}

function select(sending: Pick<Sending, 'list'>, selection: Selection): PaymentRecord[] {
  const { bolt11, payment_hash: byHash, status: wanted, index: by, start, limit } = selection;
  if (bolt11 !== undefined && byHash !== undefined)
    throw new RpcError(CODE.INVALID_PARAMS, 'Can only specify one of {bolt11} or {payment_hash} in input');
  if (by === undefined && (start !== undefined || limit !== undefined))
    throw new RpcError(CODE.INVALID_PARAMS, 'Can only specify {start} or {limit} with {index}');
  const ofInvoice = bolt11 === undefined ? undefined : readInvoice(withoutScheme(bolt11).toLowerCase()).paymentHash;
  const hashWanted = byHash ?? ofInvoice;
  const key = (record: PaymentRecord): number => (by === 'updated' ? (record.updatedIndex ?? 0) : record.createdIndex);
  return sending
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
