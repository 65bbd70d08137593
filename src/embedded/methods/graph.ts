import type { NodeParts } from '../node/parts.js';
import type { GraphChannel, GraphNode } from '../ldk/graph.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { nodeId, shortChannelId } from '../rpc/params.js';

/** lightning-listchannels(7), lightning-listnodes(7); dev-compact-gossip-store has no manual page: it writes both to disk. */
export const graphMethods = ({ graph }: Pick<NodeParts, 'graph'>): readonly Method[] => [
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
        channels: graph
          .channels()
          .filter((channel) => scid === undefined || channel.shortChannelId === scid)
          .filter((channel) => source === undefined || channel.source === source)
          .filter((channel) => destination === undefined || channel.destination === destination)
          .map(describeChannel),
      };
    },
  }),
  method({
    name: 'listnodes',
    category: 'network',
    params: [{ name: 'id', type: nodeId }],
    handle: ({ id }) => ({
      nodes: graph
        .nodes()
        .filter((found) => id === undefined || found.id === id)
        .map(describeNode),
    }),
  }),
  method({
    name: 'dev-compact-gossip-store',
    category: 'developer',
    developerOnly: true,
    params: [],
    handle: () => {
      graph.save();
      return {};
    },
  }),
];

const describeChannel = (channel: GraphChannel): object => ({
  source: channel.source,
  destination: channel.destination,
  short_channel_id: channel.shortChannelId,
  direction: channel.direction,
  public: true,
  // without the chain's word for it, what the update promises to carry
  amount_msat: channel.capacityMsat ?? channel.htlcMaximumMsat,
  message_flags: 1,
  channel_flags: channel.direction | (channel.isActive ? 0 : 2),
  active: channel.isActive,
  last_update: channel.lastUpdate,
  base_fee_millisatoshi: channel.feeBaseMsat,
  fee_per_millionth: channel.feeProportionalMillionths,
  delay: channel.cltvExpiryDelta,
  htlc_minimum_msat: channel.htlcMinimumMsat,
  htlc_maximum_msat: channel.htlcMaximumMsat,
  features: channel.features,
});

function describeNode({ id, announced }: GraphNode): object {
  if (!announced) return { nodeid: id };
  const { lastUpdate, ...rest } = announced;
  return { nodeid: id, last_timestamp: lastUpdate, ...rest };
}
