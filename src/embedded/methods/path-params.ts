import { isObject } from '../../rpc/json-rpc.js';
import type { RouteHintHop } from '../bitcoin/bolt11.js';
import { parseShortChannelId } from '../bitcoin/short-channel-id.js';
import type { Exclusion } from '../ldk/routes.js';
import { ParamError } from '../rpc/errors.js';
import { arrayOf, msat, nodeId, shortChannelId, shortChannelIdDir, u16, u32, type ParamType } from '../rpc/params.js';

const exclusion: ParamType<Exclusion> = (value, name) => {
  for (const read of [
    (): Exclusion => ({ shortChannelId: parseShortChannelId(shortChannelIdDir(value, name).shortChannelId) }),
    (): Exclusion => ({ nodeId: nodeId(value, name) }),
  ])
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ParamError)) throw error;
    }
  throw new ParamError(name, 'should be short_channel_id_dir or node_id', value);
};

/** Channels (with a direction) and nodes that a way must not go through: lightning-pay(7), lightning-getroute(7). */
export const exclusions = arrayOf(exclusion);

const hop: ParamType<RouteHintHop> = (value, name) => {
  if (!isObject(value)) throw new ParamError(name, 'should be a hop object', value);
  const field = <T>(key: string, type: ParamType<T>): T => type(value[key], `${name}.${key}`);
  return {
    nodeId: field('id', nodeId),
    shortChannelId: parseShortChannelId(field('scid', shortChannelId)),
    feeBaseMsat: Number(field('feebase', msat)),
    feeProportionalMillionths: field('feeprop', u32),
    cltvExpiryDelta: field('expirydelta', u16),
  };
};

/** Ways to a payee that gossip does not tell: lightning-keysend(7). */
export const routeHintArray = arrayOf(arrayOf(hop));
