import * as ldk from '#ldk';
import { hexOf } from '../bitcoin/hex.js';
import { ok } from './convert.js';
import { pathOf } from './path.js';
import type { PathHop } from './event-types.js';

/**
 * A router that finds what another one does, and tells what LDK is about to send of a payment: nothing else does so before
 * it has come through, or failed.
 */
export function tellingRouter(
  router: ldk.Router,
  found: (paymentHash: string, paths: readonly (readonly PathHop[])[]) => void,
): ldk.Router {
  // each call has its router hold on to what it was called with for ever; what comes of `once` is let go of
  const once = (): ldk.Router => Object.create(router, { ptrs_to: { value: [] } }) as ldk.Router;
  return ldk.Router.new_impl({
    find_route: (payer, parameters, firstHops, inFlight) => once().find_route(payer, parameters, firstHops, inFlight),
    find_route_with_id: (payer, parameters, firstHops, inFlight, hash, id) => {
      const result = once().find_route_with_id(payer, parameters, firstHops, inFlight, hash, id);
      const route = ok<ldk.Route>(result);
      if (route) found(hexOf(hash), route.get_paths().map(pathOf));
      return result;
    },
    create_blinded_payment_paths: (recipient, firstHops, tlvs, amountMsat) =>
      once().create_blinded_payment_paths(recipient, firstHops, tlvs, amountMsat),
  });
}
