import * as ldk from '#ldk';
import { err, isNull, ok, some } from './convert.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';

/** LDK's MAX_PATH_LENGTH_ESTIMATE: as many hops as fit into an onion. */
const LONGEST = 19;

/** What routes are looked for. Amounts in msat, delays in blocks. */
export interface RouteRequest {
  readonly source: string;
  readonly destination: string;
  readonly amountMsat: bigint;
  readonly finalCltv: number;
  /** Our own channels as we know them, unannounced ones too; otherwise as gossip has them. */
  readonly localChannels: boolean;
  readonly maxFeeMsat?: bigint;
  readonly maxDelay?: number;
  readonly maxParts?: number;
  /** How many channels a way may have at most; 1 or more. */
  readonly maxHops?: number;
}

/** A channel on the way: what goes in at its near end, and what comes out at its far end. */
export interface Hop {
  readonly shortChannelId: bigint;
  readonly from: string;
  readonly to: string;
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
  readonly cltvIn: number;
  readonly cltvOut: number;
}

/** LDK has found none; with its reason. */
export class NoRouteError extends Error {}

/**
 * Finds the parts of a payment and their ways. The source takes no fee of itself: the first hop's amounts are the same.
 *
 * @throws {NoRouteError}
 */
export function findRoutes(node: Node, request: RouteRequest): Hop[][] {
  const { source, destination, amountMsat, finalCltv, localChannels } = request;
  const { maxFeeMsat, maxDelay, maxParts, maxHops } = request;
  const target = ldk.PaymentParameters.constructor_from_node_id(bytesOf(destination), finalCltv);
  if (maxDelay !== undefined) target.set_max_total_cltv_expiry_delta(maxDelay);
  if (maxParts !== undefined) target.set_max_path_count(Math.min(maxParts, 255));
  if (maxHops !== undefined) target.set_max_path_length(Math.min(maxHops, LONGEST));
  const parameters = ldk.RouteParameters.constructor_from_payment_params_and_value(target, amountMsat);
  if (maxFeeMsat !== undefined) parameters.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(maxFeeMsat));
  const { engine } = node;
  const found = engine.guard(() => {
    const firstHops = localChannels && source === node.id ? engine.manager.list_usable_channels() : null;
    const inFlight = engine.manager.compute_inflight_htlcs();
    return engine.router.find_route(bytesOf(source), parameters, firstHops, inFlight);
  });
  const route = ok<ldk.Route>(found);
  if (!route) throw new NoRouteError(err<ldk.LightningError>(found).get_err());
  return route.get_paths().map((path) => hopsOf(request, path.get_hops()));
}

/** Whether a node has any channel. */
export function isKnown(node: Node, id: string, localChannels: boolean): boolean {
  const nodeId = ldk.NodeId.constructor_from_pubkey(bytesOf(id));
  if (node.readGraph((graph) => !isNull(graph.node(nodeId)))) return true;
  const own = localChannels ? node.engine.manager.list_usable_channels() : [];
  return own.some((details) => id === node.id || id === hexOf(details.get_counterparty().get_node_id()));
}

/** LDK has for each hop what its far end keeps; for the last the amount itself, and a delay of some random blocks more. */
function hopsOf({ source, finalCltv }: RouteRequest, path: readonly ldk.RouteHop[]): Hop[] {
  const hops: Hop[] = [];
  let amountOutMsat = path.at(-1)!.get_fee_msat();
  let cltvOut = finalCltv;
  for (const [i, hop] of [...path.entries()].toReversed()) {
    const before = path[i - 1];
    const amountInMsat = amountOutMsat + (before?.get_fee_msat() ?? 0n);
    const cltvIn = cltvOut + (before?.get_cltv_expiry_delta() ?? 0);
    const from = before ? hexOf(before.get_pubkey()) : source;
    const to = hexOf(hop.get_pubkey());
    const shortChannelId = hop.get_short_channel_id();
    hops.unshift({ shortChannelId, from, to, amountInMsat, amountOutMsat, cltvIn, cltvOut });
    [amountOutMsat, cltvOut] = [amountInMsat, cltvIn];
  }
  return hops;
}

/** BOLT #7: 0 from the lesser of both node ids. */
export const directionOf = ({ from, to }: Hop): 0 | 1 => (from < to ? 0 : 1);

/** The hop as others would pay for it: with the fee and the delay that its near end asks for. */
export function withTermsOfNearEnd(node: Node, hop: Hop): Hop {
  const config = ownChannel(node, hop)?.get_config();
  const terms = config
    ? {
        base: config.get_forwarding_fee_base_msat(),
        millionths: config.get_forwarding_fee_proportional_millionths(),
        delay: config.get_cltv_expiry_delta(),
      }
    : node.readGraph((graph) => {
        const update = updateOf(graph.channel(hop.shortChannelId), hop);
        const fees = update.get_fees();
        return {
          base: fees.get_base_msat(),
          millionths: fees.get_proportional_millionths(),
          delay: update.get_cltv_expiry_delta(),
        };
      });
  const feeMsat = BigInt(terms.base) + (hop.amountOutMsat * BigInt(terms.millionths)) / 1_000_000n;
  return { ...hop, amountInMsat: hop.amountOutMsat + feeMsat, cltvIn: hop.cltvOut + terms.delay };
}

/**
 * How likely an amount comes through a channel, from 0 to 1, if all that its near end may have in it is as likely as any
 * other amount up to the capacity. Of our own we know that LDK has looked.
 */
export function probabilityOf(node: Node, hop: Hop, localChannels: boolean): number {
  if (localChannels && ownChannel(node, hop)) return 1;
  const capacityMsat = node.readGraph((graph) => {
    const channel = graph.channel(hop.shortChannelId);
    const capacitySat = some<bigint>(channel.get_capacity_sats());
    return capacitySat === undefined ? updateOf(channel, hop).get_htlc_maximum_msat() : capacitySat * 1000n;
  });
  return Math.max(0, Number(capacityMsat + 1n - hop.amountOutMsat) / Number(capacityMsat + 1n));
}

const updateOf = (channel: ldk.ChannelInfo, hop: Hop): ldk.ChannelUpdateInfo =>
  directionOf(hop) === 0 ? channel.get_one_to_two() : channel.get_two_to_one();

const ownChannel = (node: Node, { from, shortChannelId }: Hop): ldk.ChannelDetails | undefined =>
  from === node.id
    ? node.engine.manager
        .list_usable_channels()
        .find((details) => some<bigint>(details.get_outbound_payment_scid()) === shortChannelId)
    : undefined;
