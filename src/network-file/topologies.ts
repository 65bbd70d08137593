import { LnPlayError } from '../core/errors.js';
import { Random } from '../core/random.js';
import { nodeNames } from '../network/names.js';
import { inLine, type Edge, type NetworkSpec } from '../network/spec.js';
import { MOST_NODES } from '../network/limits.js';

export interface TopologyOptions {
  /** For `random`: the same seed, the same network. */
  readonly seed?: number | undefined;
  /** Of each channel; half of it is the other end's. */
  readonly capacitySat?: bigint | undefined;
}

interface Topology {
  readonly about: string;
  /** How many nodes it takes to be one. */
  readonly least: number;
  /** How many it may have; what a playground may have by default. */
  readonly most?: number;
  /** Who has a channel with whom. */
  readonly edges: (names: readonly string[], seed: number) => Edge[];
}

const CAPACITY_SAT = 1_000_000n;
/** A random network has as many channels as this, for each node. */
const CHANNELS_PER_NODE = 1.5;

/** The shapes that have names. */
export const TOPOLOGIES = {
  line: { about: 'each to the next', least: 1, edges: inLine },
  ring: { about: 'a line whose last is joined to its first', least: 3, edges: ringOf },
  star: { about: 'the first to all others', least: 2, edges: ([hub, ...others]) => others.map((each) => [hub!, each]) },
  mesh: {
    about: 'each to each',
    least: 2,
    most: MOST_NODES.here, // five thousand channels
    edges: (names) => names.flatMap((from, index) => names.slice(index + 1).map((to): Edge => [from, to])),
  },
  random: { about: 'connected, with three channels for two nodes', least: 2, edges: randomOf },
} as const satisfies { readonly [name: string]: Topology };

/** Their names. */
export const SHAPES = Object.keys(TOPOLOGIES) as readonly (keyof typeof TOPOLOGIES)[];

/** Whether this names a shape, well or not. */
export const isTopology = (text: string): boolean => text.includes(':') || SHAPES.some((shape) => shape === text);

/**
 * The network of a shape and a number: `star:6`. Its nodes are l1, l2, …; both ends of each channel can pay.
 *
 * @throws {LnPlayError} USAGE
 */
export function topologyOf(text: string, { seed = 1, capacitySat = CAPACITY_SAT }: TopologyOptions = {}): NetworkSpec {
  const [, shape, number] = /^([a-z]+):(\d+)$/.exec(text) ?? [];
  const name = SHAPES.find((each) => each === shape);
  const topology: Topology | undefined = name && TOPOLOGIES[name];
  const refuse = (why: string): never => {
    throw new LnPlayError('USAGE', `${JSON.stringify(text)} ${why}`, {
      hint: `write a shape and a number of nodes: ${SHAPES.map((each) => `${each}:5`).join(', ')}`,
    });
  };
  if (!topology) return refuse('is no shape with a number of nodes');
  const count = Number(number);
  if (count < topology.least) return refuse(`is too small: a ${shape} has ${topology.least} nodes at the least`);
  const { most = MOST_NODES.inPods } = topology;
  if (count > most) return refuse(`is too large: a ${shape} has ${most} nodes at the most`);
  const nodes = nodeNames(count);
  return {
    nodes: nodes.map((name) => ({ name })),
    peers: [],
    channels: topology
      .edges(nodes, seed)
      .map(([from, to]) => ({ from, to, capacitySat, pushMsat: (capacitySat / 2n) * 1_000n })),
    chain: {},
    traffic: [],
  };
}

function ringOf(names: readonly string[]): Edge[] {
  return [...inLine(names), [names.at(-1)!, names[0]!]];
}

/** A tree by chance, and more edges by chance. */
function randomOf(names: readonly string[], seed: number): Edge[] {
  const random = new Random(seed);
  const one = (from: readonly string[]): string => from[random.whole(0, from.length - 1)]!;
  const edges = names.slice(1).map((name, index): Edge => [one(names.slice(0, index + 1)), name]);
  const most = (names.length * (names.length - 1)) / 2;
  const wanted = Math.min(most, Math.round(names.length * CHANNELS_PER_NODE));
  const key = (edge: Edge): string => [...edge].sort().join(' ');
  const there = new Set(edges.map(key));
  while (edges.length < wanted) {
    const edge: Edge = [one(names), one(names)];
    if (edge[0] === edge[1] || there.has(key(edge))) continue;
    there.add(key(edge));
    edges.push(edge);
  }
  return edges;
}
