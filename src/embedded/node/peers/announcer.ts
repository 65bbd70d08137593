import { isIPv4 } from 'node:net';
import { formatShortChannelId } from '../../bitcoin/short-channel-id.js';
import type { OptionValues } from '../../context.js';
import type { NodeAnnouncement } from '../../ldk/announcing.js';
import type { Graph } from '../../ldk/graph.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import type { TappedSignatures } from '../../ldk/log-taps.js';
import type { Turn, Tx } from '../../store/turns.js';
import type { Channels } from '../channels/record.js';
import type { Identity } from '../identity.js';
import { parseAddress } from './addresses.js';

/** BOLT #7 */
const ANNOUNCE_DEPTH = 6;
const NODE_ANNOUNCEMENT = 257;
const CHANNEL_UPDATE = 258;
/**
 * After so long we look again whether a channel is announced, and tell its peer our side again: lightningd sees blocks
 * only when it polls for them, and drops what comes before it has seen the sixth.
 */
const PAUSES_MS = [300, 700, 1_500, 3_000, 6_000, 12_000, 30_000];

export interface AnnouncerParts {
  readonly turn: Turn;
  readonly identity: Pick<Identity, 'id' | 'alias' | 'color'>;
  readonly options: Pick<OptionValues, 'list'>;
  readonly channels: Pick<Channels, 'get' | 'records'>;
  readonly live: () => readonly Pick<LiveChannel, 'channelId' | 'isAnnounced' | 'isReady' | 'confirmations'>[];
  readonly graph: Pick<Graph, 'channelCount' | 'updateMessage' | 'announcementMessage'>;
  readonly isConnected: (peerId: string) => boolean;
  /** Has LDK tell all peers of this node. */
  readonly announceNode: (announcement: NodeAnnouncement) => void;
  readonly giveSignatures: (peerId: string, signatures: TappedSignatures) => void;
  /** Sends a peer a message as it is. */
  readonly message: (peerId: string, type: number, content: Uint8Array) => void;
}

/** Announces the node and its channels when they are deep enough (BOLT #7): LDK does it once, we until it is heard. */
export class Announcer {
  readonly #parts: AnnouncerParts;
  /** By channel: signatures that came before LDK's channel was ready, which it drops. */
  readonly #early = new Map<string, { readonly peerId: string; readonly signatures: TappedSignatures }>();
  #told: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #round = 0;
  #announcedChannels = 0;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
  }

  /**
   * Remembers a peer's signatures for a channel that is not ready yet.
   *
   * @returns whether they are for the place at which we have the channel, too, as far as we know one
   */
  keep(peerId: string, signatures: TappedSignatures): boolean {
    const { state, shortChannelId } = this.#parts.channels.get(signatures.channelId) ?? {};
    if (state === 'CHANNELD_AWAITING_LOCKIN') this.#early.set(signatures.channelId, { peerId, signatures });
    return shortChannelId === undefined || shortChannelId === formatShortChannelId(signatures.shortChannelId);
  }

  /** A channel is ready: LDK takes the signatures now that came too early. */
  onReady(tx: Tx, channelId: string): void {
    const { turn, giveSignatures } = this.#parts;
    const kept = this.#early.get(channelId);
    this.#early.delete(channelId);
    this.soon();
    if (!kept) return;
    tx.afterCommit(() => void turn(() => giveSignatures(kept.peerId, kept.signatures)));
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
      this.#told = new Set(this.#deepChannels());
      return;
    }
    const announce = (): void => {
      void this.#parts.turn(() => {
        this.#announceNode();
        this.#tellPeers();
      });
      this.#later();
    };
    this.#timer = setTimeout(announce, pause).unref();
  }

  #deepChannels(): string[] {
    return this.#parts
      .live()
      .filter(({ isAnnounced, isReady, confirmations }) => isAnnounced && isReady && confirmations >= ANNOUNCE_DEPTH)
      .map(({ channelId }) => channelId);
  }

  #announceNode(): void {
    const { graph, identity, options, announceNode } = this.#parts;
    const known = graph.channelCount(identity.id);
    if (known <= this.#announcedChannels) return;
    this.#announcedChannels = known;
    const addresses = options.list('announce-addr').flatMap((text) => {
      const address = parseAddress(text);
      return address && 'host' in address && isIPv4(address.host) ? [{ ipv4: address.host, port: address.port }] : [];
    });
    announceNode({ color: identity.color, alias: identity.alias, addresses });
  }

  #tellPeers(): void {
    const { channels, graph, identity, isConnected, message } = this.#parts;
    const own = graph.announcementMessage(identity.id);
    for (const { channelId, shortChannelId, state, peerId } of channels.records()) {
      if (!shortChannelId || state !== 'CHANNELD_NORMAL' || !isConnected(peerId) || this.#told.has(channelId)) continue;
      const update = graph.updateMessage(shortChannelId, identity.id);
      if (!update) continue;
      message(peerId, CHANNEL_UPDATE, update);
      if (own) message(peerId, NODE_ANNOUNCEMENT, own);
    }
  }
}
