import * as ldk from '#ldk';
import type { Method } from '../context.js';
import { flag, isNull, some } from '../ldk/convert.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from '../ldk/node.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { nodeId, shortChannelId } from '../rpc/params.js';

/** lightning-listchannels(7), lightning-listnodes(7) */
export const graphMethods = (node: Node): readonly Method[] => [
  method({
    name: 'listchannels',
    category: 'channels',
    params: [
      { name: 'short_channel_id', type: shortChannelId },
      { name: 'source', type: nodeId },
      { name: 'destination', type: nodeId },
    ],
    handle: ({ short_channel_id: scid, source, destination }) => {
      if ([scid, source, destination].filter((selector) => selector !== undefined).length > 1)
        throw new RpcError(
          CODE.INVALID_PARAMS,
          'Can only specify one of `short_channel_id`, `source` or `destination`',
        );
      return {
        channels: node
          .readGraph(listChannels)
          .filter((channel) => scid === undefined || channel.short_channel_id === scid)
          .filter((channel) => source === undefined || channel.source === source)
          .filter((channel) => destination === undefined || channel.destination === destination),
      };
    },
  }),
  method({
    name: 'listnodes',
    category: 'network',
    params: [{ name: 'id', type: nodeId }],
    handle: ({ id }) => ({
      nodes: node.readGraph(listNodes).filter((found) => id === undefined || found.nodeid === id),
    }),
  }),
];

interface GraphChannel {
  readonly source: string;
  readonly destination: string;
  readonly short_channel_id: string;
  readonly [key: string]: unknown;
}

function listChannels(graph: ldk.ReadOnlyNetworkGraph): GraphChannel[] {
  return Array.from(graph.list_channels()).flatMap((scid) => {
    const channel = graph.channel(scid);
    if (isNull(channel)) return [];
    return ([0, 1] as const).flatMap((direction) => {
      const update = direction === 0 ? channel.get_one_to_two() : channel.get_two_to_one();
      return isNull(update) ? [] : [describeDirection(scid, channel, direction, update)];
    });
  });
}

function describeDirection(
  scid: bigint,
  channel: ldk.ChannelInfo,
  direction: 0 | 1,
  update: ldk.ChannelUpdateInfo,
): GraphChannel {
  const ends = [channel.get_node_one(), channel.get_node_two()].map((id) => hexOf(id.as_slice()));
  const maximumMsat = update.get_htlc_maximum_msat();
  const capacitySat = some<bigint>(channel.get_capacity_sats());
  const fees = update.get_fees();
  const active = flag(update.get_enabled());
  return {
    source: ends[direction]!,
    destination: ends[1 - direction]!,
    short_channel_id: formatShortChannelId(scid),
    direction,
    public: true,
    // without the chain's word for it, what the update promises to carry
    amount_msat: Number(capacitySat === undefined ? maximumMsat : capacitySat * 1000n),
    message_flags: 1,
    channel_flags: direction | (active ? 0 : 2),
    active,
    last_update: update.get_last_update(),
    base_fee_millisatoshi: fees.get_base_msat(),
    fee_per_millionth: fees.get_proportional_millionths(),
    delay: update.get_cltv_expiry_delta(),
    htlc_minimum_msat: Number(update.get_htlc_minimum_msat()),
    htlc_maximum_msat: Number(maximumMsat),
    features: hexOf(channel.get_features().write().subarray(2)),
  };
}

function listNodes(graph: ldk.ReadOnlyNetworkGraph): { readonly nodeid: string; readonly [key: string]: unknown }[] {
  return graph.list_nodes().map((id) => {
    const nodeid = hexOf(id.as_slice());
    const info = graph.node(id);
    const announced = isNull(info) ? undefined : some<ldk.NodeAnnouncementInfo>(info.get_announcement_info());
    if (!announced) return { nodeid };
    const alias = Buffer.from(announced.alias().get_a());
    const end = alias.indexOf(0);
    return {
      nodeid,
      alias: alias.toString('utf8', 0, end < 0 ? alias.length : end),
      color: hexOf(announced.rgb()),
      last_timestamp: announced.last_update(),
      features: hexOf(announced.features().write().subarray(2)),
      addresses: announced.addresses().flatMap(describeAddress),
    };
  });
}

function describeAddress(address: ldk.SocketAddress): object[] {
  if (address instanceof ldk.SocketAddress_TcpIpV4)
    return [{ type: 'ipv4', address: Array.from(address.addr).join('.'), port: address.port }];
  if (address instanceof ldk.SocketAddress_TcpIpV6) {
    const words = hexOf(address.addr).match(/.{4}/g) ?? [];
    return [{ type: 'ipv6', address: words.join(':'), port: address.port }];
  }
  return [];
}
