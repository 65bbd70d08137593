import { CODE } from '../../cln/error-codes.js';
import type { LnPlayError } from '../../core/errors.js';
import { LightningRpcError } from '../../rpc/lightning-socket.js';

/** What a node on the way, or at its end, may answer: BOLT #4, failure messages. */
const FAILURE_MESSAGES = [
  'temporary_node_failure',
  'permanent_node_failure',
  'required_node_feature_missing',
  'invalid_onion_version',
  'invalid_onion_hmac',
  'invalid_onion_key',
  'invalid_onion_payload',
  'invalid_onion_blinding',
  'temporary_channel_failure',
  'permanent_channel_failure',
  'required_channel_feature_missing',
  'unknown_next_peer',
  'amount_below_minimum',
  'fee_insufficient',
  'incorrect_cltv_expiry',
  'final_incorrect_cltv_expiry',
  'final_incorrect_htlc_amount',
  'expiry_too_soon',
  'expiry_too_far',
  'channel_disabled',
  'incorrect_or_unknown_payment_details',
  'mpp_timeout',
] as const;

const NAMED = new RegExp(`(?:wire_|\\b)(${FAILURE_MESSAGES.join('|')})\\b`, 'gi');
/** What askrene says of a node's own channels, and what the embedded lightningd says. */
const OWN_CHANNELS = /auto\.localchans says max|our channels can send only/i;
const NAME_OF = new Map<number, string>(
  Object.entries(CODE).map(([name, code]) => [code, name.replace(/^PAY_/, '').toLowerCase()]),
);

/**
 * Why a payment failed: what came last of BOLT #4's failures that the node tells of; else `insufficient_funds` where its
 * own channels have too little, and what lightning-pay(7) calls the error's code: `route_not_found`.
 */
export function failureReason(error: LnPlayError): string {
  if (!(error instanceof LightningRpcError)) return error.code.toLowerCase();
  const { data, message, rpcCode } = error;
  const told = typeof data === 'object' && data !== null && 'failcodename' in data ? String(data.failcodename) : '';
  const named = Array.from(`${message} ${told}`.matchAll(NAMED), ([, name]) => name!.toLowerCase()).at(-1);
  if (named !== undefined) return named;
  if (OWN_CHANNELS.test(message)) return 'insufficient_funds';
  return NAME_OF.get(rpcCode) ?? `code_${rpcCode}`;
}
