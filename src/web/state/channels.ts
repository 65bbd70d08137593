import type { Channel } from '../../nodes/node.js';
import type { Names } from './names.js';
import type { NodeView } from './node-view.js';
import type { ChannelState } from './state.js';

/** Each channel once, as its opener sees it; or as the other end does, where the opener has nothing to say. */
export function channelsShown(views: readonly NodeView[], names: Names): ChannelState[] {
  const seen = new Map<string, ChannelState>();
  for (const openedByUs of [true, false])
    for (const view of views)
      for (const channel of view.channels)
        if (channel.openedByUs === openedByUs && channel.id !== undefined && !seen.has(channel.id))
          seen.set(channel.id, shown(channel.id, channel, view.name, names.node(channel.peer)));
  return [...seen.values()];
}

function shown(id: string, channel: Channel, own: string, other: string): ChannelState {
  const { openedByUs, capacityMsat, oursMsat, payments, shortChannelId = null } = channel;
  const ours = Number(oursMsat);
  const theirs = Number(capacityMsat - oursMsat);
  return {
    key: id,
    from: openedByUs ? own : other,
    to: openedByUs ? other : own,
    short_channel_id: shortChannelId,
    channel_id: id,
    state: channel.state,
    phase: channel.phase,
    private: channel.private,
    connected: channel.connected,
    total_msat: Number(capacityMsat),
    to_from_msat: openedByUs ? ours : theirs,
    to_to_msat: openedByUs ? theirs : ours,
    htlcs: payments.map(({ hash, amountMsat, isOurs, state }) => ({
      payment_hash: hash,
      amount_msat: Number(amountMsat),
      from: isOurs ? own : other,
      to: isOurs ? other : own,
      state,
    })),
  };
}
