import * as ldk from '#ldk';
import { bytesOf } from '../bitcoin/hex.js';
import type { Engine } from './engine.js';
import type { TappedSignatures } from './log-taps.js';

/** What a node announces of itself (BOLT #7). */
export interface NodeAnnouncement {
  /** Six hex digits. */
  readonly color: string;
  readonly alias: string;
  readonly addresses: readonly { readonly ipv4: string; readonly port: number }[];
}

/** Has LDK tell all peers of this node. Called within a turn. */
export function announceNode(engine: Engine, { color, alias, addresses }: NodeAnnouncement): void {
  const padded = Buffer.alloc(32);
  padded.write(alias);
  const sockets = addresses.map(({ ipv4, port }) =>
    ldk.SocketAddress.constructor_tcp_ip_v4(Uint8Array.from(ipv4.split('.').map(Number)), port),
  );
  engine.peers.broadcast_node_announcement(bytesOf(color), padded, sockets);
}

/** Hands LDK a peer's announcement_signatures once more. Called within a turn. */
export function giveSignatures(engine: Engine, peerId: string, signatures: TappedSignatures): void {
  const { channelId, shortChannelId, nodeSignature, bitcoinSignature } = signatures;
  const id = ldk.ChannelId.constructor_from_bytes(bytesOf(channelId));
  const message = ldk.AnnouncementSignatures.constructor_new(id, shortChannelId, nodeSignature, bitcoinSignature);
  engine.manager.as_ChannelMessageHandler().handle_announcement_signatures(bytesOf(peerId), message);
}
