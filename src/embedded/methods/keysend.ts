import type { NodeParts } from '../node/parts.js';
import type { PaymentRecord } from '../node/payments/sending.js';
import type { Method } from '../context.js';
import type { RouteHintHop } from '../bitcoin/bolt11.js';
import type { PathLimits } from '../ldk/path-limits.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { any_, millionths, msat, nodeId, string_, u32 } from '../rpc/params.js';
import { layerNames, maxPartsOf } from './layers.js';
import { routeHintArray } from './path-params.js';
import { payResult, percentFee, xpayResult } from './pay.js';

const DEFAULT_RETRY_SECONDS = 60;
const FINAL_CLTV = 27;

type Parts = Pick<NodeParts, 'identity' | 'payments' | 'sending'>;

/** lightning-keysend(7), lightning-xkeysend(7) */
export const keysendMethods = (parts: Parts): readonly Method[] => [
  method({
    name: 'keysend',
    category: 'payment',
    deprecated: true,
    params: [
      { name: 'destination', type: nodeId, required: true },
      { name: 'amount_msat', type: msat, required: true },
      { name: 'label', type: string_ },
      { name: 'maxfeepercent', type: millionths },
      { name: 'retry_for', type: u32, default: DEFAULT_RETRY_SECONDS },
      { name: 'maxdelay', type: u32 },
      { name: 'exemptfee', type: msat },
      { name: 'extratlvs', type: any_ },
      { name: 'routehints', type: routeHintArray, default: [] },
      { name: 'maxfee', type: msat },
    ],
    handle: async (args) => {
      const { amount_msat: amountMsat, maxfeepercent, exemptfee } = args;
      const maxFeeMsat = args.maxfee ?? percentFee(amountMsat, maxfeepercent, exemptfee);
      const limits = { maxFeeMsat, maxDelay: args.maxdelay };
      return payResult(await keysend(parts, { ...args, hints: args.routehints }, limits));
    },
  }),
  method({
    name: 'xkeysend',
    category: 'payment',
    params: [
      { name: 'destination', type: nodeId, required: true },
      { name: 'amount_msat', type: msat, required: true },
      { name: 'label', type: string_ },
      { name: 'maxfee', type: msat },
      { name: 'layers', type: layerNames, default: [] },
      { name: 'retry_for', type: u32, default: DEFAULT_RETRY_SECONDS },
      { name: 'maxdelay', type: u32 },
      { name: 'extratlvs', type: any_ },
    ],
    handle: async (args) => {
      const maxFeeMsat = args.maxfee ?? percentFee(args.amount_msat, undefined, undefined);
      const limits = { maxFeeMsat, maxDelay: args.maxdelay, maxParts: maxPartsOf(args.layers) };
      return xpayResult(await keysend(parts, { ...args, hints: [] }, limits));
    },
  }),
];

interface KeysendArgs {
  readonly destination: string;
  readonly amount_msat: bigint;
  readonly label: string | undefined;
  readonly retry_for: number;
  readonly extratlvs: unknown;
  readonly hints: readonly (readonly RouteHintHop[])[];
}

async function keysend(
  { identity, payments, sending }: Parts,
  args: KeysendArgs,
  limits: PathLimits,
): Promise<PaymentRecord> {
  const { destination, amount_msat: amountMsat, label, hints } = args;
  if (destination === identity.id) throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, 'Failed: the destination is this node');
  if (amountMsat === 0n) throw new RpcError(CODE.INVALID_PARAMS, 'amount_msat: should be more than 0');
  const payment = { destination, amountMsat, finalCltv: FINAL_CLTV, tlvs: readTlvs(args.extratlvs), hints };
  const made = payments.toNode(payment, limits);
  if (!made) throw new RpcError(CODE.INVALID_PARAMS, 'extratlvs: types below 65536 belong to the protocol');
  const request = { paymentHash: made.paymentHash, destination, amountMsat, label };
  return await sending.pay(request, made.send, args.retry_for * 1000);
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
