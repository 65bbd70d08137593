import type { LiveChannel } from '../../ldk/live-channel.js';
import { NodeError } from '../errors.js';
import type { ChannelRecord, Channels } from './record.js';

/** A channel as everybody sees it: what we remember of it, with what LDK knows now. */
export interface ChannelView extends ChannelRecord {
  readonly isConnected: boolean;
  /** What LDK knows, until it is closed. */
  readonly live: LiveChannel | undefined;
}

export interface ViewParts {
  readonly channels: Pick<Channels, 'records'>;
  readonly live: () => readonly LiveChannel[];
  readonly isConnected: (peerId: string) => boolean;
}

/** The one view of channels. */
export class ChannelViews {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  /** What LDK knows of all channels that it has not closed. */
  live(): readonly LiveChannel[] {
    return this.#parts.live();
  }

  /** All channels that are shown. */
  list(): ChannelView[] {
    const { channels, live, isConnected } = this.#parts;
    const byId = new Map(live().map((channel) => [channel.channelId, channel]));
    return channels.records().map((record) => merge(record, byId.get(record.channelId), isConnected(record.peerId)));
  }

  /**
   * The open channel that a peer's id (where it has only one), a channel id or a short channel id names.
   *
   * @throws {NodeError} in lightning-close(7)'s words
   */
  find(text: string): ChannelView & { readonly live: LiveChannel } {
    const found = this.list()
      .filter(isLive)
      .filter((channel) => isNamed(channel, text));
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new NodeError('LIGHTNINGD', 'Peer has multiple channels: use channel_id or short_channel_id');
    if (this.#parts.isConnected(text)) throw new NodeError('LIGHTNINGD', 'Peer has no active channel');
    throw new NodeError('INVALID_PARAMS', `Could not find peer or active channel ${JSON.stringify(text)}`);
  }
}

/** Whether LDK still has the channel. */
export const isLive = (channel: ChannelView): channel is ChannelView & { readonly live: LiveChannel } =>
  channel.live !== undefined;

const isNamed = ({ peerId, channelId, shortChannelId, aliasLocal }: ChannelView, text: string): boolean =>
  [peerId, channelId, shortChannelId, aliasLocal].includes(text);

function merge(record: ChannelRecord, live: LiveChannel | undefined, isConnected: boolean): ChannelView {
  if (!live) return { ...record, isConnected, live };
  const { state, toUsMsat } = live;
  return {
    ...record,
    shortChannelId: live.shortChannelId ?? record.shortChannelId,
    aliasLocal: live.aliasLocal ?? record.aliasLocal,
    aliasRemote: live.aliasRemote ?? record.aliasRemote,
    state,
    toUsMsat,
    minToUsMsat: Math.min(record.minToUsMsat, toUsMsat),
    maxToUsMsat: Math.max(record.maxToUsMsat, toUsMsat),
    isConnected,
    live,
  };
}
