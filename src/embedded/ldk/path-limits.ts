import * as ldk from '#ldk';
import type { RouteHintHop } from '../bitcoin/bolt11.js';
import { bytesOf } from '../bitcoin/hex.js';

/** What a payment may cost, and which ways it may take. */
export interface PathLimits {
  readonly maxFeeMsat: bigint;
  /** In blocks, along the whole way; LDK's own limit if it is not given. */
  readonly maxDelay?: number | undefined;
  readonly maxParts?: number | undefined;
  /** Channels that it may not go through. */
  readonly excluded?: readonly bigint[] | undefined;
}

/** The same payment within these limits. */
export function limited(route: ldk.RouteParameters, limits: PathLimits): ldk.RouteParameters {
  const { maxFeeMsat, maxDelay, maxParts, excluded } = limits;
  route.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(maxFeeMsat));
  const target = route.get_payment_params().clone();
  if (maxDelay !== undefined) target.set_max_total_cltv_expiry_delta(maxDelay);
  if (maxParts !== undefined) target.set_max_path_count(maxParts);
  if (excluded) exclude(target, excluded);
  route.set_payment_params(target);
  return route;
}

/** LDK leaves out what it takes for failed before. */
export function exclude(target: ldk.PaymentParameters, channels: readonly bigint[]): void {
  target.set_previously_failed_channels(BigUint64Array.from(channels));
}

/** Route hints as LDK has them. */
export const routeHints = (hints: readonly (readonly RouteHintHop[])[]): ldk.RouteHint[] =>
  hints.map((hops) =>
    ldk.RouteHint.constructor_new(
      hops.map((hop) =>
        ldk.RouteHintHop.constructor_new(
          bytesOf(hop.nodeId),
          hop.shortChannelId,
          ldk.RoutingFees.constructor_new(hop.feeBaseMsat, hop.feeProportionalMillionths),
          hop.cltvExpiryDelta,
          ldk.Option_u64Z.constructor_none(),
          ldk.Option_u64Z.constructor_none(),
        ),
      ),
    ),
  );
