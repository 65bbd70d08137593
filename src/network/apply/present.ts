import type { Channel, ChannelPhase, LightningNode } from '../../nodes/node.js';

/** A channel that there is, with the names of its ends as its opener sees it. */
export interface PresentChannel {
  readonly from: LightningNode;
  readonly to: LightningNode;
  /** As each end sees it: `to` may not know of it (yet). */
  readonly channel: Channel;
  readonly reverse: Channel | undefined;
}

/** The phases of a channel that is there, or about to be. */
const THERE: ReadonlySet<ChannelPhase> = new Set(['opening', 'awaiting-funding', 'normal']);

/** The channels between these nodes, all of which run; in the order in which each opener made its own. */
export async function presentChannels(nodes: readonly LightningNode[]): Promise<PresentChannel[]> {
  const all = await Promise.all(
    nodes.map(async (node) => ({ node, id: await node.id(), channels: await node.channels() })),
  );
  const byId = new Map(all.map((each) => [each.id, each]));
  return all.flatMap(({ node: from, channels }) =>
    channels.flatMap((channel): PresentChannel[] => {
      const other = byId.get(channel.peer);
      if (!other || !channel.openedByUs || !THERE.has(channel.phase)) return [];
      const reverse = channel.id === undefined ? undefined : other.channels.find(({ id }) => id === channel.id);
      return [{ from, to: other.node, channel, reverse }];
    }),
  );
}
