import type { ChannelSpec } from '../../network/spec.js';

/** A network as somebody exported it. */
export interface Graph {
  /** By their ids. */
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly channels: readonly GraphChannel[];
}

export interface GraphNode {
  /** What its owner calls it; anything at all. */
  readonly alias?: string | undefined;
  /** Six hex digits. */
  readonly colour?: string | undefined;
}

/** Between two nodes, by their ids. */
export type GraphChannel = Omit<ChannelSpec, 'feerate' | 'confirmations'>;

/**
 * The largest nodes that hang together: from the largest on, always the largest that has a channel with one of those taken.
 * A node is as large as its channels.
 */
export function largestConnected({ nodes, channels }: Graph, most: number): Graph {
  const sizes = new Map([...nodes.keys()].map((id) => [id, 0n]));
  const neighbours = new Map([...nodes.keys()].map((id) => [id, new Set<string>()]));
  for (const { from, to, capacitySat } of channels)
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sizes.set(one, (sizes.get(one) ?? 0n) + capacitySat);
      neighbours.get(one)?.add(other);
    }
  const largest = (ids: Iterable<string>): string | undefined => {
    let best: string | undefined;
    for (const id of ids) if (best === undefined || sizes.get(id)! > sizes.get(best)!) best = id;
    return best;
  };
  const left = new Set(nodes.keys());
  let taken = new Set<string>();
  while (left.size > 0) {
    const connected = reachable(largest(left)!, neighbours);
    for (const id of connected) left.delete(id);
    if (connected.size > taken.size) taken = connected; // the largest part, of how many nodes it has
  }
  if (taken.size > most) {
    const first = largest(taken)!;
    const [within, edge] = [new Set([first]), new Set(neighbours.get(first))];
    while (within.size < most) {
      const next = largest(edge)!;
      within.add(next);
      edge.delete(next);
      for (const id of neighbours.get(next)!) if (!within.has(id)) edge.add(id);
    }
    taken = within;
  }
  return {
    nodes: new Map([...nodes].filter(([id]) => taken.has(id))),
    channels: channels.filter(({ from, to }) => taken.has(from) && taken.has(to)),
  };
}

function reachable(from: string, neighbours: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set([from]);
  for (const id of reached) for (const next of neighbours.get(id)!) reached.add(next);
  return reached;
}
