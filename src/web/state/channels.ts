import type { Channel } from '../../nodes/node.js';
import type { Names } from './names.js';
import type { NodeView } from './node-view.js';
import type { ChannelState } from './state.js';

/** A channel as one of its ends has said. */
interface End {
  readonly view: NodeView;
  readonly channel: Channel;
}

/**
 * Each channel once, as its opener sees it, or as the other end does where the opener has nothing to say. Which payments are
 * under way is taken from the end that has been asked last: at the end of one, only some of its nodes hear of that.
 */
export function channelsShown(views: readonly NodeView[], names: Names): ChannelState[] {
  const byId = new Map<string, End[]>();
  for (const openedByUs of [true, false])
    for (const view of views)
      for (const channel of view.channels)
        if (channel.openedByUs === openedByUs && channel.id !== undefined)
          byId.set(channel.id, [...(byId.get(channel.id) ?? []), { view, channel }]);
  return Array.from(byId, ([id, ends]) => {
    const latest = ends.reduce((one, other) => (other.view.channelsAsOf > one.view.channelsAsOf ? other : one));
    return { ...shown(id, ends[0]!, names), htlcs: htlcsOf(latest, names) };
  });
}

function shown(id: string, { view, channel }: End, names: Names): Omit<ChannelState, 'htlcs'> {
  const { openedByUs, capacityMsat, oursMsat, shortChannelId = null } = channel;
  const other = names.node(channel.peer);
  const ours = Number(oursMsat);
  const theirs = Number(capacityMsat - oursMsat);
  return {
    key: id,
    from: openedByUs ? view.name : other,
    to: openedByUs ? other : view.name,
    short_channel_id: shortChannelId,
    channel_id: id,
    state: channel.state,
    phase: channel.phase,
    private: channel.private,
    connected: channel.connected,
    total_msat: Number(capacityMsat),
    to_from_msat: openedByUs ? ours : theirs,
    to_to_msat: openedByUs ? theirs : ours,
  };
}

function htlcsOf({ view, channel }: End, names: Names): ChannelState['htlcs'] {
  const other = names.node(channel.peer);
  return channel.payments.map(({ hash, amountMsat, isOurs, state }) => ({
    payment_hash: hash,
    amount_msat: Number(amountMsat),
    from: isOurs ? view.name : other,
    to: isOurs ? other : view.name,
    state,
  }));
}
