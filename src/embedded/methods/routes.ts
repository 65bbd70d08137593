import type { NodeParts } from '../node/parts.js';
import { directionOf, NoRouteError, type Hop, type RouteRequest, type Routes } from '../ldk/routes.js';
import type { Method } from '../context.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { msat, nodeId, u32, u64 } from '../rpc/params.js';
import { layerNames, maxPartsOf } from './layers.js';
import { exclusions } from './path-params.js';

const DEFAULT_CLTV = 9;
/** BOLT #4, `max_htlc_cltv` selection. */
const MAX_DELAY = 2016;
const MAX_PARTS = 100;
/** CLN's ROUTING_MAX_HOPS. */
const MAX_HOPS = 20;

/** lightning-getroutes(7), lightning-getroute(7) */
export const routeMethods = ({ routes, identity }: Pick<NodeParts, 'routes' | 'identity'>): readonly Method[] => [
  method({
    name: 'getroutes',
    category: 'payment',
    params: [
      { name: 'source', type: nodeId, required: true },
      { name: 'destination', type: nodeId, required: true },
      { name: 'amount_msat', type: msat, required: true },
      { name: 'layers', type: layerNames, required: true },
      { name: 'maxfee_msat', type: msat, required: true },
      { name: 'final_cltv', type: u32, required: true },
      { name: 'maxdelay', type: u32, default: MAX_DELAY },
      { name: 'maxparts', type: u32, default: MAX_PARTS },
    ],
    handle: ({ source, destination, amount_msat: amountMsat, layers, ...rest }) => {
      const { final_cltv: finalCltv, maxfee_msat: maxFeeMsat, maxdelay: maxDelay, maxparts } = rest;
      if (amountMsat === 0n) throw new RpcError(CODE.INVALID_PARAMS, 'amount must be non-zero');
      if (maxparts === 0) throw new RpcError(CODE.INVALID_PARAMS, 'maxparts must be non-zero');
      if (maxDelay > MAX_DELAY) throw new RpcError(CODE.PAY_USER_ERROR, `maximum delay allowed is ${MAX_DELAY}`);
      const localChannels = layers.includes('auto.localchans');
      const maxParts = maxPartsOf(layers) ?? maxparts;
      const request = { source, destination, amountMsat, finalCltv, localChannels, maxFeeMsat, maxDelay, maxParts };
      assertKnown(routes, request);
      const found = findWithinLimits(routes, request);
      const sourceIsFree = layers.includes('auto.sourcefree');
      const chosen = sourceIsFree
        ? found
        : found.map(([first, ...rest]) => [routes.withTermsOfNearEnd(first!), ...rest]);
      assertWithinLimits(chosen, request);
      const likely = chosen.map((hops) => product(hops.map((hop) => routes.probabilityOf(hop, localChannels))));
      return {
        probability_ppm: ppm(product(likely)),
        routes: chosen.map((hops, i) => ({
          probability_ppm: ppm(likely[i]!),
          amount_msat: Number(hops.at(-1)!.amountOutMsat),
          final_cltv: finalCltv,
          path: hops.map(describeHop),
        })),
      };
    },
  }),
  method({
    name: 'getroute',
    category: 'channels',
    deprecated: true,
    params: [
      { name: 'id', type: nodeId, required: true },
      { name: 'amount_msat', type: msat, required: true },
      { name: 'riskfactor', type: u64, required: true },
      { name: 'cltv', type: u32, default: DEFAULT_CLTV },
      { name: 'fromid', type: nodeId },
      'fuzzpercent',
      { name: 'exclude', type: exclusions, default: [] },
      { name: 'maxhops', type: u32, default: MAX_HOPS },
    ],
    handle: ({ id: destination, amount_msat: amountMsat, cltv: finalCltv, fromid: source = identity.id, ...rest }) => {
      if (source === destination) return { route: [] };
      const maxHops = Math.max(1, rest.maxhops);
      const limits = { maxParts: 1, maxHops, excluded: routes.excluded(rest.exclude) };
      const request = { source, destination, amountMsat, finalCltv, localChannels: true, ...limits };
      return { route: find(routes, request)[0]!.map(describeSendpayHop) };
    },
  }),
];

function find(routes: Routes, request: RouteRequest): Hop[][] {
  try {
    return routes.find(request);
  } catch (error) {
    if (!(error instanceof NoRouteError)) throw error;
    throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, `Could not find a route: ${error.message}`);
  }
}

type LimitedRequest = Required<Omit<RouteRequest, 'maxHops' | 'excluded'>>;

/** As `find`; if only the limits on fee and delay are in the way, it says so. */
function findWithinLimits(routes: Routes, request: LimitedRequest): Hop[][] {
  try {
    return routes.find(request);
  } catch (error) {
    if (!(error instanceof NoRouteError)) throw error;
    const { maxFeeMsat: _fee, maxDelay: _delay, ...unlimited } = request;
    find(routes, unlimited);
    throw tooExpensive();
  }
}

function assertWithinLimits(routes: readonly Hop[][], { amountMsat, maxFeeMsat, maxDelay }: LimitedRequest): void {
  const firsts = routes.map(([first]) => first!);
  const spentMsat = firsts.reduce((sum, { amountInMsat }) => sum + amountInMsat, 0n);
  if (spentMsat - amountMsat > maxFeeMsat || firsts.some(({ cltvIn }) => cltvIn > maxDelay)) throw tooExpensive();
}

const tooExpensive = (): RpcError =>
  new RpcError(CODE.PAY_ROUTE_TOO_EXPENSIVE, 'Could not find route without excessive cost or delays');

function assertKnown(routes: Routes, { source, destination, localChannels }: RouteRequest): void {
  for (const [which, id] of Object.entries({ source, destination }))
    if (!routes.isKnown(id, localChannels)) throw new RpcError(CODE.PAY_ROUTE_NOT_FOUND, `Unknown ${which} node ${id}`);
}

const product = (factors: readonly number[]): number => factors.reduce((result, each) => result * each, 1);

const ppm = (probability: number): number => Math.floor(probability * 1_000_000);

const describeHop = (hop: Hop): object => ({
  short_channel_id_dir: `${formatShortChannelId(hop.shortChannelId)}/${directionOf(hop)}`,
  node_id_in: hop.from,
  node_id_out: hop.to,
  amount_in_msat: Number(hop.amountInMsat),
  amount_out_msat: Number(hop.amountOutMsat),
  cltv_in: hop.cltvIn,
  cltv_out: hop.cltvOut,
});

/** As lightning-sendpay(7) takes it. */
const describeSendpayHop = (hop: Hop): object => ({
  id: hop.to,
  channel: formatShortChannelId(hop.shortChannelId),
  direction: directionOf(hop),
  amount_msat: Number(hop.amountOutMsat),
  delay: hop.cltvOut,
  style: 'tlv',
});
