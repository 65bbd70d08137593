import { LnPlayError } from '../core/errors.js';
import type { Setting } from '../daemons/settings.js';
import type { Policy } from '../nodes/node.js';

/** What a node is to be. All but its name has a default, and all but options and plugins counts when it is made. */
export interface NodeSpec {
  /** A letter, and letters, digits, `-` and `_`: its folder, and what commands call it. */
  readonly name: string;
  /** Path of the lightningd that it runs, `embedded`, or `cln` for this machine's Core Lightning; by default the playground's. */
  readonly lightningd?: string | undefined;
  /** What the network knows it as; by default its name. */
  readonly alias?: string | undefined;
  /** Six hex digits; by default one of its own for each name. */
  readonly colour?: string | undefined;
  /** A unix socket (by default), or a free TCP port of 127.0.0.1. */
  readonly listen?: 'socket' | 'tcp' | undefined;
  /** Whence its keys are: fixed by its name (by default), random, or made of this secret of 32 bytes in hex. */
  readonly key?: NodeKey | undefined;
  /** Options of its config, lightningd-config(5); true for a flag. */
  readonly options?: { readonly [key: string]: string | number | true } | undefined;
  /** Files of plugins that start with it, absolute or relative to the current folder. */
  readonly plugins?: readonly string[] | undefined;
  /** What its wallet gets on chain when it is made, in sat; by default what its channels need, and some. */
  readonly fundSat?: bigint | undefined;
}

export type NodeKey = 'name' | 'random' | { readonly secret: string };

/** Two nodes, by their names, that are connected whenever both run: the first connects to the second. */
export type Edge = readonly [from: string, to: string];

/** What a whole network is to be: nodes, who is connected, channels, and what goes on in it. */
export interface NetworkSpec {
  readonly nodes: readonly NodeSpec[];
  /** Who is connected, besides those with a channel between them. */
  readonly peers: readonly Edge[];
  readonly channels: readonly ChannelSpec[];
  readonly chain: ChainSpec;
  readonly traffic: readonly TrafficSpec[];
}

/** A channel as it is to be. Two nodes may have several: the first of a spec is the first of those there are. */
export interface ChannelSpec {
  /** Who opens and funds it, and who is at its other end. */
  readonly from: string;
  readonly to: string;
  readonly capacitySat: bigint;
  /** What is the other end's from the beginning. */
  readonly pushMsat?: bigint | undefined;
  /** Kept from the network. */
  readonly private?: boolean | undefined;
  /** What `from` asks of payments that it forwards through it, and what `to` asks. */
  readonly policy?: PolicySpec | undefined;
  readonly reversePolicy?: PolicySpec | undefined;
  /** Of its funding transaction, as lightningd takes it: `253perkw`. */
  readonly feerate?: string | undefined;
  /** Blocks on its funding transaction before it carries payments; 0 for at once. */
  readonly confirmations?: number | undefined;
}

/** What is not named is the node's own default. */
export interface PolicySpec extends Policy {
  readonly cltvDelta?: number | undefined;
}

export interface ChainSpec {
  /** A block by the clock, in ms. */
  readonly mineEveryMs?: number | undefined;
  /** What bitcoind is taken to estimate, in sat per 1000 units of weight. */
  readonly feeratePerKw?: number | undefined;
}

/** Payments that go on by themselves: from one node to another, or among all by their capacities where neither is named. */
export interface TrafficSpec {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** One amount, or the least and the most. */
  readonly amountMsat?: bigint | readonly [least: bigint, most: bigint] | undefined;
  readonly everyMs?: number | undefined;
}

/** Neighbours: the first to the second, the second to the third, …. */
export const inLine = (names: readonly string[]): Edge[] => names.slice(1).map((name, index) => [names[index]!, name]);

/** Whether two edges join the same two nodes. */
export const sameEdge = ([a, b]: Edge, [c, d]: Edge): boolean => (a === c && b === d) || (a === d && b === c);

/** Options of a spec as lines of a config. */
export const settingsOf = ({ options = {} }: NodeSpec): Setting[] =>
  Object.entries(options).map(([key, value]) => ({ key, value: value === true ? undefined : String(value) }));

/** A config has several of these, and some are ours: one more is no setting of the one before. */
const PLUGIN_OPTIONS = new Set(['plugin', 'important-plugin']);

/** @throws {LnPlayError} USAGE for a colour, secret or option that cannot be */
export function assertSpec({ name, colour, key, options = {} }: NodeSpec): void {
  const refuse = (what: string, value: unknown, hint: string): never => {
    throw new LnPlayError('USAGE', `${name}'s ${what} cannot be ${JSON.stringify(value)}`, { hint });
  };
  if (colour !== undefined && !/^[0-9a-f]{6}$/i.test(colour)) refuse('colour', colour, 'six hex digits, as in ff8800');
  if (typeof key === 'object' && !/^[0-9a-f]{64}$/i.test(key.secret))
    refuse('secret', key.secret, '32 bytes in hex: 64 digits');
  for (const [option, value] of Object.entries(options)) {
    if (PLUGIN_OPTIONS.has(option))
      refuse('option', `${option}=${value}`, 'name the file under plugins; or start it later: ln-play plugin start');
    if (!/^[a-z][\w-]*$/.test(option) || String(value).includes('\n'))
      refuse('option', `${option}=${value}`, 'an option of lightningd-config(5), with a value on one line');
  }
}

/**
 * @throws {LnPlayError} USAGE for an edge to a node that there is not, or to itself
 */
export function assertEdges(edges: readonly Edge[], names: readonly string[]): void {
  for (const [from, to] of edges) {
    for (const name of [from, to])
      if (!names.includes(name))
        throw new LnPlayError(
          'USAGE',
          `${from} cannot be connected to ${to}: there is no node ${JSON.stringify(name)}`,
          {
            hint: `the nodes are ${names.join(', ')}`,
          },
        );
    if (from === to)
      throw new LnPlayError('USAGE', `${from} cannot be connected to itself`, { hint: 'name two different nodes' });
  }
}
