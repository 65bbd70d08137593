import * as ldk from '#ldk';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { formatShortChannelId, parseShortChannelId } from '../bitcoin/short-channel-id.js';
import { flag, isNull, scidOf, some } from './convert.js';
import type { Engine } from './engine.js';

/** One direction of an announced channel. Amounts in msat. */
export interface GraphChannel {
  readonly shortChannelId: string;
  readonly source: string;
  readonly destination: string;
  readonly direction: 0 | 1;
  /** Unknown if nobody has looked at the chain for it. */
  readonly capacityMsat: number | undefined;
  readonly isActive: boolean;
  readonly lastUpdate: number;
  readonly feeBaseMsat: number;
  readonly feeProportionalMillionths: number;
  readonly cltvExpiryDelta: number;
  readonly htlcMinimumMsat: number;
  readonly htlcMaximumMsat: number;
  /** Hex. */
  readonly features: string;
}

/** A node that an announced channel leads to; without its announcement, if there is none. */
export interface GraphNode {
  readonly id: string;
  readonly announced:
    | {
        readonly alias: string;
        readonly color: string;
        readonly lastUpdate: number;
        readonly features: string;
        readonly addresses: readonly {
          readonly type: 'ipv4' | 'ipv6';
          readonly address: string;
          readonly port: number;
        }[];
      }
    | undefined;
}

/** What gossip has told. */
export class Graph {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Brings it to disk, which otherwise is done now and then. */
  save(): void {
    this.#engine.saveGossip();
  }

  /** Reads the graph: it must not change meanwhile, and LDK waits until it is freed. */
  read<T>(read: (graph: ldk.ReadOnlyNetworkGraph) => T): T {
    return this.#engine.read(() => {
      const graph = this.#engine.graph.read_only();
      try {
        return read(graph);
      } finally {
        graph.free();
      }
    });
  }

  channels(): GraphChannel[] {
    return this.read((graph) =>
      Array.from(graph.list_channels()).flatMap((scid) => {
        const channel = graph.channel(scid);
        if (isNull(channel)) return [];
        return ([0, 1] as const).flatMap((direction) => {
          const update = updateOf(channel, direction);
          return isNull(update) ? [] : [describe(scidOf(scid), channel, direction, update)];
        });
      }),
    );
  }

  nodes(): GraphNode[] {
    return this.read((graph) => graph.list_nodes().map((id) => describeNode(graph, id)));
  }

  /** The announced channels of a node. */
  channelsOf(nodeId: string): bigint[] {
    return this.read((graph) => {
      const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(nodeId)));
      return isNull(node) ? [] : Array.from(node.get_channels(), scidOf);
    });
  }

  /** How many announced channels a node has. */
  channelCount(nodeId: string): number {
    return this.read((graph) => {
      const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(nodeId)));
      return isNull(node) ? 0 : node.get_channels().length;
    });
  }

  has(nodeId: string): boolean {
    return this.read((graph) => !isNull(graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(nodeId)))));
  }

  /** The channel_update of a node's side of a channel, as it was sent; undefined if there is none. */
  updateMessage(shortChannelId: string, nodeId: string): Uint8Array | undefined {
    return this.read((graph) => {
      const channel = graph.channel(parseShortChannelId(shortChannelId));
      if (isNull(channel)) return undefined;
      const update = updateOf(channel, hexOf(channel.get_node_one().as_slice()) === nodeId ? 0 : 1);
      const message = isNull(update) ? undefined : update.get_last_update_message();
      return message && !isNull(message) ? message.write() : undefined;
    });
  }

  /** A node's node_announcement, as it was sent; undefined if there is none. */
  announcementMessage(nodeId: string): Uint8Array | undefined {
    return this.read((graph) => {
      const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(nodeId)));
      const info = isNull(node) ? undefined : some<ldk.NodeAnnouncementInfo>(node.get_announcement_info());
      return info instanceof ldk.NodeAnnouncementInfo_Relayed ? info.relayed.write() : undefined;
    });
  }
}

/** What the node at one end says of a channel; 0 is from the lesser of both node ids (BOLT #7). */
export const updateOf = (channel: ldk.ChannelInfo, direction: 0 | 1): ldk.ChannelUpdateInfo =>
  direction === 0 ? channel.get_one_to_two() : channel.get_two_to_one();

function describe(
  scid: bigint,
  channel: ldk.ChannelInfo,
  direction: 0 | 1,
  update: ldk.ChannelUpdateInfo,
): GraphChannel {
  const ends = [channel.get_node_one(), channel.get_node_two()].map((id) => hexOf(id.as_slice()));
  const capacitySat = some<bigint>(channel.get_capacity_sats());
  const fees = update.get_fees();
  return {
    shortChannelId: formatShortChannelId(scid),
    source: ends[direction]!,
    destination: ends[1 - direction]!,
    direction,
    capacityMsat: capacitySat === undefined ? undefined : Number(capacitySat * 1000n),
    isActive: flag(update.get_enabled()),
    lastUpdate: update.get_last_update(),
    feeBaseMsat: fees.get_base_msat(),
    feeProportionalMillionths: fees.get_proportional_millionths(),
    cltvExpiryDelta: update.get_cltv_expiry_delta(),
    htlcMinimumMsat: Number(update.get_htlc_minimum_msat()),
    htlcMaximumMsat: Number(update.get_htlc_maximum_msat()),
    features: featuresOf(channel.get_features()),
  };
}

function describeNode(graph: ldk.ReadOnlyNetworkGraph, nodeId: ldk.NodeId): GraphNode {
  const id = hexOf(nodeId.as_slice());
  const info = graph.node(nodeId);
  const announced = isNull(info) ? undefined : some<ldk.NodeAnnouncementInfo>(info.get_announcement_info());
  if (!announced) return { id, announced: undefined };
  const alias = Buffer.from(announced.alias().get_a());
  const end = alias.indexOf(0);
  return {
    id,
    announced: {
      alias: alias.toString('utf8', 0, end < 0 ? alias.length : end),
      color: hexOf(announced.rgb()),
      lastUpdate: announced.last_update(),
      features: featuresOf(announced.features()),
      addresses: announced.addresses().flatMap(addressOf),
    },
  };
}

function addressOf(address: ldk.SocketAddress): { type: 'ipv4' | 'ipv6'; address: string; port: number }[] {
  if (address instanceof ldk.SocketAddress_TcpIpV4)
    return [{ type: 'ipv4', address: Array.from(address.addr).join('.'), port: address.port }];
  if (address instanceof ldk.SocketAddress_TcpIpV6) {
    const words = hexOf(address.addr).match(/.{4}/g) ?? [];
    return [{ type: 'ipv6', address: words.join(':'), port: address.port }];
  }
  return [];
}

/** LDK writes features with their length in two bytes before them. */
const featuresOf = (features: { write(): Uint8Array }): string => hexOf(features.write().subarray(2));
