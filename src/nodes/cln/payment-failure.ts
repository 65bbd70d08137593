import { CODE } from '../../cln/error-codes.js';
import { ONION_FAILURES } from '../../cln/onion-failures.js';
import type { LnPlayError } from '../../core/errors.js';
import { LightningRpcError } from '../../rpc/lightning-socket.js';

const NAMED = new RegExp(`(?:wire_|\\b)(${[...ONION_FAILURES.values()].join('|')})\\b`, 'gi');
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
