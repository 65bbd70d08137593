import { LnPlayError } from '../core/errors.js';
import type { Channel, LightningNode } from '../nodes/node.js';
import type { Capacities } from './activity.js';

/**
 * What every node has in its channels, whether it runs or not: half of the capacity of those that carry payments, as
 * sim-ln counts it. Nodes without any are left out.
 */
export async function capacitiesOf(nodes: readonly LightningNode[]): Promise<Capacities> {
  const views = await Promise.all(nodes.map(viewOf));
  const nameOf = new Map(views.map(({ id, name }) => [id, name]));
  const ends = new Map<string, { readonly capacityMsat: bigint; readonly names: Set<string> }>();
  for (const { name, channels } of views)
    for (const { id, peer, capacityMsat, usable } of channels) {
      const other = nameOf.get(peer);
      if (usable && id !== undefined && other !== undefined) ends.set(id, { capacityMsat, names: new Set([name, other]) }); // prettier-ignore
    }
  const all = [...ends.values()];
  const withChannels = views.flatMap(({ name }) => {
    const own = all.filter(({ names }) => names.has(name));
    return own.length === 0 ? [] : [[name, own.reduce((sum, { capacityMsat }) => sum + capacityMsat, 0n) / 2n] as const]; // prettier-ignore
  });
  return new Map(withChannels);
}

interface View {
  readonly name: string;
  readonly id: string | undefined;
  readonly channels: readonly Channel[];
}

/** What a node has; of one that does not run, no more than its id: its peers know of its channels. */
async function viewOf(node: LightningNode): Promise<View> {
  const { name, daemon } = node;
  try {
    if (daemon.attach()) return { name, id: await node.id(), channels: await node.channels() };
  } catch (error) {
    if (!(error instanceof LnPlayError) || (error.code !== 'CONNECTION' && error.code !== 'DAEMON')) throw error;
  }
  return { name, id: await node.formerId(), channels: [] };
}
