import * as ldk from '#ldk';
import { err, ok, scidOf, some, someScid } from './convert.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import type { Engine } from './engine.js';
import { updateOf, type Graph } from './graph.js';
import { exclude } from './path-limits.js';

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
  /** Channels that no way may go through. */
  readonly excluded?: readonly bigint[];
}

/** What no way may go through. A channel is left out in both directions: LDK knows no other way. */
export type Exclusion = { readonly shortChannelId: bigint } | { readonly nodeId: string };

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

/** Ways through the network, as LDK finds them. The source takes no fee of itself: the first hop's amounts are the same. */
export class Routes {
  readonly #engine: Engine;
  readonly #graph: Graph;
  readonly #nodeId: string;

  constructor(engine: Engine, graph: Graph, nodeId: string) {
    this.#engine = engine;
    this.#graph = graph;
    this.#nodeId = nodeId;
  }

  /**
   * Finds the parts of a payment and their ways.
   *
   * @throws {NoRouteError}
   */
  find(request: RouteRequest): Hop[][] {
    const { source, destination, amountMsat, finalCltv, localChannels } = request;
    const { maxFeeMsat, maxDelay, maxParts, maxHops, excluded } = request;
    const target = ldk.PaymentParameters.constructor_from_node_id(bytesOf(destination), finalCltv);
    if (maxDelay !== undefined) target.set_max_total_cltv_expiry_delta(maxDelay);
    if (maxParts !== undefined) target.set_max_path_count(Math.min(maxParts, 255));
    if (maxHops !== undefined) target.set_max_path_length(Math.min(maxHops, LONGEST));
    if (excluded) exclude(target, excluded);
    const parameters = ldk.RouteParameters.constructor_from_payment_params_and_value(target, amountMsat);
    if (maxFeeMsat !== undefined)
      parameters.set_max_total_routing_fee_msat(ldk.Option_u64Z.constructor_some(maxFeeMsat));
    const { manager, router } = this.#engine;
    const found = this.#engine.read(() => {
      const firstHops = localChannels && source === this.#nodeId ? manager.list_usable_channels() : null;
      return router.find_route(bytesOf(source), parameters, firstHops, manager.compute_inflight_htlcs());
    });
    const route = ok<ldk.Route>(found);
    if (!route) throw new NoRouteError(err<ldk.LightningError>(found).get_err());
    return route.get_paths().map((path) => hopsOf(request, path.get_hops()));
  }

  /** The channels that are to be left out, by all the names that LDK has for them. */
  excluded(exclusions: readonly Exclusion[]): bigint[] {
    const own = this.#usable();
    return exclusions.flatMap((exclusion): bigint[] => {
      const isMeant = (details: ldk.ChannelDetails): boolean =>
        'nodeId' in exclusion
          ? hexOf(details.get_counterparty().get_node_id()) === exclusion.nodeId
          : someScid(details.get_short_channel_id()) === exclusion.shortChannelId;
      const names = own.filter(isMeant).flatMap((details) => someScid(details.get_outbound_payment_scid()) ?? []);
      const announced = 'nodeId' in exclusion ? this.#graph.channelsOf(exclusion.nodeId) : [exclusion.shortChannelId];
      return [...names, ...announced];
    });
  }

  /** Whether a node has any channel. */
  isKnown(id: string, localChannels: boolean): boolean {
    if (this.#graph.has(id)) return true;
    const own = localChannels ? this.#usable() : [];
    return own.some((details) => id === this.#nodeId || id === hexOf(details.get_counterparty().get_node_id()));
  }

  /** The hop as others would pay for it: with the fee and the delay that its near end asks for. */
  withTermsOfNearEnd(hop: Hop): Hop {
    const config = this.#ownChannel(hop)?.get_config();
    const terms = config
      ? {
          base: config.get_forwarding_fee_base_msat(),
          millionths: config.get_forwarding_fee_proportional_millionths(),
          delay: config.get_cltv_expiry_delta(),
        }
      : this.#graph.read((graph) => {
          const update = updateOf(graph.channel(hop.shortChannelId), directionOf(hop));
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
  probabilityOf(hop: Hop, localChannels: boolean): number {
    if (localChannels && this.#ownChannel(hop)) return 1;
    const capacityMsat = this.#graph.read((graph) => {
      const channel = graph.channel(hop.shortChannelId);
      const capacitySat = some<bigint>(channel.get_capacity_sats());
      return capacitySat === undefined
        ? updateOf(channel, directionOf(hop)).get_htlc_maximum_msat()
        : capacitySat * 1000n;
    });
    return Math.max(0, Number(capacityMsat + 1n - hop.amountOutMsat) / Number(capacityMsat + 1n));
  }

  #ownChannel({ from, shortChannelId }: Hop): ldk.ChannelDetails | undefined {
    if (from !== this.#nodeId) return undefined;
    return this.#usable().find((details) => someScid(details.get_outbound_payment_scid()) === shortChannelId);
  }

  #usable(): ldk.ChannelDetails[] {
    return this.#engine.read(() => this.#engine.manager.list_usable_channels());
  }
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
    const shortChannelId = scidOf(hop.get_short_channel_id());
    hops.unshift({ shortChannelId, from, to, amountInMsat, amountOutMsat, cltvIn, cltvOut });
    [amountOutMsat, cltvOut] = [amountInMsat, cltvIn];
  }
  return hops;
}

/** BOLT #7: 0 from the lesser of both node ids. */
export const directionOf = ({ from, to }: Hop): 0 | 1 => (from < to ? 0 : 1);
