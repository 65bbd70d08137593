import { FAILURE } from './failure-codes.js';
import { randomBytes } from 'node:crypto';
import * as ldk from '#ldk';
import type { RouteHintHop } from '../bitcoin/bolt11.js';
import { sha256 } from '../bitcoin/hashes.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { err, ok, some } from './convert.js';
import type { Engine } from './engine.js';
import { limited, routeHints, type PathLimits } from './path-limits.js';

/** How often LDK tries another path. */
const ATTEMPTS = 10;
/** LDK's clock is the last block's: it must never be the one that calls an invoice expired. */
const EXPIRY_SECONDS = 50 * 365 * 86_400;
/** Hands a payment to LDK, within a turn; returns LDK's word for why it does not even try, or undefined. */
export type Send = () => 'noRoute' | { readonly other: string } | undefined;

export interface KeysendRequest {
  readonly destination: string;
  readonly amountMsat: bigint;
  readonly tlvs: readonly { readonly type: bigint; readonly value: Uint8Array }[];
  readonly finalCltv: number;
  /** Ways to the destination that gossip does not tell. */
  readonly hints: readonly (readonly RouteHintHop[])[];
}

/** LDK's payments. Its payment id is the payment hash: nothing is paid twice. What changes one is called within a turn. */
export class LdkPayments {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The secret of an invoice, by which LDK tells payments for us; undefined if the amount is more than there can be. */
  invoiceSecret(paymentHash: string, amountMsat: bigint | undefined, cltv: number): string | undefined {
    const amount =
      amountMsat === undefined ? ldk.Option_u64Z.constructor_none() : ldk.Option_u64Z.constructor_some(amountMsat);
    const minimum = ldk.Option_u16Z.constructor_some(cltv);
    const made = this.#engine.read(() =>
      this.#engine.manager.create_inbound_payment_for_hash(bytesOf(paymentHash), amount, EXPIRY_SECONDS, minimum),
    );
    const secret = ok<Uint8Array>(made);
    return secret && hexOf(secret);
  }

  /** The node id that an invoice is from; undefined if LDK cannot read it. */
  payeeOf(bolt11: string): string | undefined {
    return this.#engine.read(() => {
      const invoice = ok<ldk.Bolt11Invoice>(ldk.Bolt11Invoice.constructor_from_str(bolt11));
      return invoice && hexOf(invoice.get_payee_pub_key());
    });
  }

  /** How to pay an invoice; undefined if LDK cannot. */
  toInvoice(bolt11: string, amountMsat: bigint, limits: PathLimits): Send | undefined {
    return this.#engine.read(() => {
      const invoice = ok<ldk.Bolt11Invoice>(ldk.Bolt11Invoice.constructor_from_str(bolt11));
      if (!invoice) return undefined;
      const hasAmount = some<bigint>(invoice.amount_milli_satoshis()) !== undefined;
      const made = hasAmount
        ? ldk.UtilMethods.constructor_payment_parameters_from_invoice(invoice)
        : ldk.UtilMethods.constructor_payment_parameters_from_variable_amount_invoice(invoice, amountMsat);
      const parts = ok<ldk.ThreeTuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZ>(made);
      if (!parts) return undefined;
      const route = limited(parts.get_c(), limits);
      const id = parts.get_a();
      return () => {
        const retry = ldk.Retry.constructor_attempts(ATTEMPTS);
        return refusalOf(this.#engine.manager.send_payment(id, parts.get_b(), id, route, retry));
      };
    });
  }

  /** How to pay without an invoice: the preimage goes along. Undefined if the TLVs cannot. */
  toNode(
    request: KeysendRequest,
    limits: PathLimits,
  ): { readonly paymentHash: string; readonly send: Send } | undefined {
    const { destination, amountMsat, tlvs, finalCltv, hints } = request;
    const preimage = randomBytes(32);
    const paymentHash = sha256(preimage);
    return this.#engine.read(() => {
      const target = ldk.PaymentParameters.constructor_for_keysend(bytesOf(destination), finalCltv, false);
      const payee = target.get_payee();
      if (hints.length > 0 && payee instanceof ldk.Payee_Clear)
        target.set_payee(
          ldk.Payee.constructor_clear(bytesOf(destination), routeHints(hints), payee.features, finalCltv),
        );
      const route = limited(ldk.RouteParameters.constructor_from_payment_params_and_value(target, amountMsat), limits);
      const plain = ldk.RecipientOnionFields.constructor_spontaneous_empty();
      const pairs = tlvs.map(({ type, value }) => ldk.TwoTuple_u64CVec_u8ZZ.constructor_new(type, value));
      const onion = pairs.length === 0 ? plain : ok<ldk.RecipientOnionFields>(plain.with_custom_tlvs(pairs));
      if (!onion) return undefined;
      const send: Send = () => {
        const key = ldk.Option_ThirtyTwoBytesZ.constructor_some(preimage);
        const retry = ldk.Retry.constructor_attempts(ATTEMPTS);
        return refusalOf(this.#engine.manager.send_spontaneous_payment(key, onion, paymentHash, route, retry));
      };
      return { paymentHash: paymentHash.toString('hex'), send };
    });
  }

  /** No further attempt is made; if none is under way, it fails. */
  abandon(paymentHash: string): void {
    this.#engine.manager.abandon_payment(bytesOf(paymentHash));
  }

  /** Whether LDK still has a payment of ours. */
  isKnown(paymentHash: string): boolean {
    const known = this.#engine.read(() => this.#engine.manager.list_recent_payments());
    return known.some((payment) => hexOf(Reflect.get(payment, 'payment_id') as Uint8Array) === paymentHash);
  }

  /** Takes a payment for us. */
  claim(preimage: string): void {
    this.#engine.manager.claim_funds_with_known_custom_tlvs(bytesOf(preimage));
  }

  /** Fails a payment for us back; `code` is one of `FAILURE`, and any other becomes a temporary node failure. */
  refuse(paymentHash: string, code: number): void {
    this.#engine.manager.fail_htlc_backwards_with_reason(bytesOf(paymentHash), failureCode(code));
    this.#engine.forwardSoon();
  }
}

function refusalOf(result: { is_ok(): boolean }): ReturnType<Send> {
  if (result.is_ok()) return undefined;
  const refused = err<ldk.RetryableSendFailure>(result);
  if (refused === ldk.RetryableSendFailure.LDKRetryableSendFailure_RouteNotFound) return 'noRoute';
  return { other: ldk.RetryableSendFailure[refused].replace('LDKRetryableSendFailure_', '') };
}

function failureCode(code: number): ldk.FailureCode {
  if (code === FAILURE.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS)
    return ldk.FailureCode.constructor_incorrect_or_unknown_payment_details();
  if (code === FAILURE.REQUIRED_NODE_FEATURE_MISSING)
    return ldk.FailureCode.constructor_required_node_feature_missing();
  return ldk.FailureCode.constructor_temporary_node_failure();
}
