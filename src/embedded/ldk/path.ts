import type * as ldk from '#ldk';
import { hexOf } from '../bitcoin/hex.js';
import { scidOf } from './convert.js';
import type { PathHop } from './event-types.js';

/** The way of a part of a payment. */
export const pathOf = (path: ldk.Path): PathHop[] =>
  path.get_hops().map((hop) => ({
    nodeId: hexOf(hop.get_pubkey()),
    shortChannelId: scidOf(hop.get_short_channel_id()),
    feeMsat: Number(hop.get_fee_msat()),
  }));
