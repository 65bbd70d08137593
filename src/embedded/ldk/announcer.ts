import { isIPv4 } from 'node:net';
import * as ldk from '#ldk';
import { parseAddress, type PeerAddress } from '../node/peers/addresses.js';
import { isNull, some } from './convert.js';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import { aliasOf, colorOf } from './identity.js';
import type { TappedSignatures } from './log-taps.js';
import type { Node } from './node.js';

/** BOLT #7 */
const ANNOUNCE_DEPTH = 6;
const NODE_ANNOUNCEMENT = 257;
const CHANNEL_UPDATE = 258;
/**
 * After so long we look again whether a channel is announced, and tell its peer our side again: lightningd sees blocks
 * only when it polls for them, and drops what comes before it has seen the sixth.
 */
const PAUSES_MS = [300, 700, 1_500, 3_000, 6_000, 12_000, 30_000];

/** Announces the node and its channels when they are deep enough (BOLT #7): LDK does it once, we until it is heard. */
export class Announcer {
  readonly #node: Node;
  /** By channel: signatures that came before LDK's channel was ready, which it drops. */
  readonly #early = new Map<string, { readonly peerId: string; readonly signatures: TappedSignatures }>();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  #announcedChannels = 0;

  constructor(node: Node) {
    this.#node = node;
  }

  /** Remembers a peer's signatures for its channel. */
  keep(peerId: string, signatures: TappedSignatures): void {
    if (this.#node.channels.get(signatures.channelId)) this.#early.set(signatures.channelId, { peerId, signatures });
  }

  /** A channel is ready: LDK takes the signatures now that came too early. */
  ready(channelId: string): void {
    const kept = this.#early.get(channelId);
    this.#early.delete(channelId);
    this.soon();
    if (!kept) return;
    const { engine } = this.#node;
    const { shortChannelId, nodeSignature, bitcoinSignature } = kept.signatures;
    engine.afterCommit(() => {
      void engine.act(() =>
        engine.manager
          .as_ChannelMessageHandler()
          .handle_announcement_signatures(
            bytesOf(kept.peerId),
            ldk.AnnouncementSignatures.constructor_new(
              ldk.ChannelId.constructor_from_bytes(bytesOf(channelId)),
              shortChannelId,
              nodeSignature,
              bitcoinSignature,
            ),
          ),
      );
    });
  }

  /** Something has happened that may let a channel be announced. */
  soon(): void {
    if (this.#deepChannels().every((id) => this.#told.has(id))) return;
    this.#round = 0;
    this.#later();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(): void {
    clearTimeout(this.#timer);
    const pause = PAUSES_MS[this.#round++];
    if (pause === undefined) {
      for (const id of this.#deepChannels()) this.#told.add(id);
      return;
    }
    this.#timer = setTimeout(() => {
      this.#announceNode();
      this.#tellPeers();
      this.#later();
    }, pause).unref();
  }

  #deepChannels(): string[] {
    return this.#node.channels
      .live()
      .filter((channel) => channel.get_is_announced() && channel.get_is_channel_ready())
      .filter((channel) => (some<number>(channel.get_confirmations()) ?? 0) >= ANNOUNCE_DEPTH)
      .map((channel) => hexOf(channel.get_channel_id().get_a()));
  }

  #announceNode(): void {
    const { engine, id } = this.#node;
    const known = this.#node.readGraph((graph) => {
      const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(id)));
      return isNull(node) ? 0 : node.get_channels().length;
    });
    if (known <= this.#announcedChannels) return;
    this.#announcedChannels = known;
    const alias = Buffer.alloc(32);
    alias.write(aliasOf(this.#node));
    void engine.act(() =>
      engine.peers.broadcast_node_announcement(bytesOf(colorOf(this.#node)), alias, this.#addresses()),
    );
  }

  #tellPeers(): void {
    const { peers, channels, engine } = this.#node;
    const own = this.#ownAnnouncement();
    for (const record of channels.records()) {
      if (!record.shortChannelId || record.state !== 'CHANNELD_NORMAL' || !peers.get(record.peerId)) continue;
      if (this.#told.has(record.channelId)) continue;
      const update = this.#ownUpdate(record.shortChannelId);
      if (!update) continue;
      peers.custom.send(bytesOf(record.peerId), CHANNEL_UPDATE, update);
      if (own) peers.custom.send(bytesOf(record.peerId), NODE_ANNOUNCEMENT, own);
    }
    void engine.schedule();
  }

  #ownUpdate(scid: string): Uint8Array | undefined {
    return this.#node.readGraph((graph) => {
      const [block, transaction, output] = scid.split('x').map(BigInt) as [bigint, bigint, bigint];
      const channel = graph.channel((block << 40n) | (transaction << 16n) | output);
      if (isNull(channel)) return undefined;
      const first = hexOf(channel.get_node_one().as_slice()) === this.#node.id;
      const update = first ? channel.get_one_to_two() : channel.get_two_to_one();
      const message = isNull(update) ? undefined : update.get_last_update_message();
      return message && !isNull(message) ? message.write() : undefined;
    });
  }

  #ownAnnouncement(): Uint8Array | undefined {
    return this.#node.readGraph((graph) => {
      const node = graph.node(ldk.NodeId.constructor_from_pubkey(bytesOf(this.#node.id)));
      const info = isNull(node) ? undefined : some<ldk.NodeAnnouncementInfo>(node.get_announcement_info());
      return info instanceof ldk.NodeAnnouncementInfo_Relayed ? info.relayed.write() : undefined;
    });
  }

  #addresses(): ldk.SocketAddress[] {
    const announced = this.#node.ctx.options.list('announce-addr').map((text) => parseAddress(text));
    return announced.flatMap((address) => (address && 'host' in address ? socketAddress(address) : []));
  }
}

function socketAddress(address: Extract<PeerAddress, { host: string }>): ldk.SocketAddress[] {
  if (!isIPv4(address.host)) return [];
  const bytes = Uint8Array.from(address.host.split('.').map(Number));
  return [ldk.SocketAddress.constructor_tcp_ip_v4(bytes, address.port)];
}
