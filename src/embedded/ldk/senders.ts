import { randomBytes } from 'node:crypto';
import * as ldk from '#ldk';
import { err, ok, some } from './convert.js';
import { bytesOf } from '../bitcoin/hex.js';
import { sha256 } from '../bitcoin/hashes.js';
import type { Node } from './node.js';
import type { Send } from './payments.js';

/** How often LDK tries another path. */
const ATTEMPTS = 10;

/** How LDK is to pay an invoice that it can read. */
export function invoiceSender(node: Node, bolt11: string, amountMsat: bigint, maxFeeMsat: bigint): Send | undefined {
  const invoice = ok<ldk.Bolt11Invoice>(ldk.Bolt11Invoice.constructor_from_str(bolt11));
  if (!invoice) return undefined;
  const hasAmount = some<bigint>(invoice.amount_milli_satoshis()) !== undefined;
  const made = hasAmount
    ? ldk.UtilMethods.constructor_payment_parameters_from_invoice(invoice)
    : ldk.UtilMethods.constructor_payment_parameters_from_variable_amount_invoice(invoice, amountMsat);
  const parts = ok<ldk.ThreeTuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZ>(made);
  if (!parts) return undefined;
  const route = parts.get_c();
  route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(maxFeeMsat));
  return (paymentId) => {
    const retry = ldk.Retry.constructor_attempts(ATTEMPTS);
    return refusalOf(node.engine.manager.send_payment(parts.get_a(), parts.get_b(), paymentId, route, retry));
  };
}

/** A payment without an invoice: the preimage goes along. */
export function keysendSender(
  node: Node,
  destination: string,
  amountMsat: bigint,
  maxFeeMsat: bigint,
  tlvs: readonly { readonly type: bigint; readonly value: Uint8Array }[],
  finalCltv: number,
): { paymentHash: string; send: Send } | undefined {
  const preimage = randomBytes(32);
  const target = ldk.PaymentParameters.constructor_for_keysend(bytesOf(destination), finalCltv, false);
  const route = ldk.RouteParameters.constructor_from_payment_params_and_value(target, amountMsat);
  route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(maxFeeMsat));
  const plain = ldk.RecipientOnionFields.constructor_spontaneous_empty();
  const pairs = tlvs.map(({ type, value }) => ldk.TwoTuple_u64CVec_u8ZZ.constructor_new(type, value));
  const onion = pairs.length === 0 ? plain : ok<ldk.RecipientOnionFields>(plain.with_custom_tlvs(pairs));
  if (!onion) return undefined;
  return {
    paymentHash: sha256(preimage).toString('hex'),
    send: (paymentId) => {
      const key = ldk.Option_ThirtyTwoBytesZ.constructor_some(preimage);
      const retry = ldk.Retry.constructor_attempts(ATTEMPTS);
      return refusalOf(node.engine.manager.send_spontaneous_payment(key, onion, paymentId, route, retry));
    },
  };
}

const refusalOf = (result: { is_ok(): boolean }): ldk.RetryableSendFailure | undefined =>
  result.is_ok() ? undefined : err<ldk.RetryableSendFailure>(result);
