import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { formatMsat } from '../../core/amounts.js';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { namesIn } from '../../core/files.js';
import { nameFault } from '../../network/names.js';
import type { ChannelSpec, NetworkSpec, NodeSpec, PolicySpec } from '../../network/spec.js';
import { readText } from '../source.js';
import { shortPath } from '../yaml.js';
import { FORMATS, type Format } from './formats.js';
import { largestConnected, type Graph, type GraphChannel } from './graph.js';

/** All of mainnet's graph has a tenth of this. */
const MOST_BYTES = 500 * 1024 * 1024;
/** What all channels together may have, in sat: the faucet begins with 50 BTC. */
const MOST_SAT = 40n * 100_000_000n;
/** What each has at the least, in sat: less, and some node would not take it. */
const LEAST_SAT = 20_000n;

/**
 * A network that another tool exported: Warnet's network.yaml, lnd's describegraph, Core Lightning's listchannels. Of one
 * that is too large the largest connected nodes are taken, and its capacities made smaller where regtest has not as much.
 *
 * @param most how many nodes at the most
 * @returns with what a person should know of what was left out
 * @throws {LnPlayError} USAGE for what is no export, or has no channel
 */
export async function importNetwork(
  path: string,
  most: number,
  { capacitySat }: { readonly capacitySat?: bigint | undefined } = {},
): Promise<{ readonly spec: NetworkSpec; readonly notes: readonly string[] }> {
  const file = resolve(path);
  const name = shortPath(file);
  const data = await readData(file, name);
  const { format, graph } = graphOf(data, await readDefaults(file), name);
  if (graph.nodes.size === 0)
    throw new LnPlayError('USAGE', `${name} has no Lightning node`, {
      hint: 'export the graph of a node that has heard of one',
    });
  const taken = largestConnected(graph, most);
  const notes = [`from ${name}, ${format.name}: ${countText(graph)}`];
  if (taken.nodes.size < graph.nodes.size) notes.push(`taken are the largest that are connected: ${countText(taken)}`);
  const { channels, note } = scaled(taken.channels, capacitySat);
  if (note) notes.push(note);
  if (taken.channels.some(hasLimits)) notes.push('fees are kept, cltv deltas and limits of HTLCs are left out');
  return { spec: specOf(taken, channels), notes };
}

async function readData(file: string, name: string): Promise<unknown> {
  const text = await readText(file, name, MOST_BYTES);
  try {
    return /^\s*[{[]/.test(text) ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw new LnPlayError('USAGE', `${name} is neither JSON nor YAML: ${messageOf(cause).split('\n')[0]}`, {
      hint: 'for example: lncli describegraph > graph.json',
      cause,
    });
  }
}

/** Warnet has what its nodes have in common in a file beside. */
async function readDefaults(file: string): Promise<unknown> {
  const defaults = join(dirname(file), 'node-defaults.yaml');
  return (await namesIn(dirname(file))).includes(basename(defaults))
    ? await readData(defaults, shortPath(defaults))
    : undefined;
}

function graphOf(data: unknown, defaults: unknown, name: string): { readonly format: Format; readonly graph: Graph } {
  for (const format of FORMATS) {
    const read = format.schema.safeParse(data);
    if (read.success) return { format, graph: format.graph(read.data as never, defaults) };
  }
  const { nodes } = (data ?? {}) as { nodes?: unknown };
  const isOurs = typeof nodes === 'object' && nodes !== null && !Array.isArray(nodes);
  throw new LnPlayError('USAGE', `${name} is none of ${FORMATS.map((format) => format.name).join(', ')}`, {
    hint: isOurs
      ? `it looks like a network file already: ln-play up ${name}`
      : 'for example: lncli describegraph > graph.json; or: lightning-cli listchannels > graph.json',
  });
}

const countText = ({ nodes, channels }: Graph): string => `${nodes.size} nodes, ${channels.length} channels`;

/** Channels as large as regtest can have them. */
function scaled(
  channels: readonly GraphChannel[],
  capacitySat: bigint | undefined,
): { readonly channels: readonly GraphChannel[]; readonly note?: string } {
  const total = channels.reduce((sum, channel) => sum + channel.capacitySat, 0n);
  const divisor = total > MOST_SAT ? (total + MOST_SAT - 1n) / MOST_SAT : 1n;
  const raised = channels.some((channel) => channel.capacitySat / divisor < LEAST_SAT);
  if (capacitySat === undefined && divisor === 1n && !raised) return { channels };
  const resized = channels.map((channel): GraphChannel => {
    const divided = channel.capacitySat / divisor;
    const capacity = capacitySat ?? (divided < LEAST_SAT ? LEAST_SAT : divided);
    const { pushMsat } = channel;
    return {
      ...channel,
      capacitySat: capacity,
      pushMsat: pushMsat === undefined ? undefined : (pushMsat * capacity) / channel.capacitySat,
    };
  });
  if (capacitySat !== undefined) return { channels: resized };
  const least = raised ? `, and at the least ${formatMsat(LEAST_SAT * 1_000n)}` : '';
  return {
    channels: resized,
    note:
      divisor === 1n
        ? `capacities are ${formatMsat(LEAST_SAT * 1_000n)} at the least`
        : `capacities are 1/${divisor} of theirs${least}: regtest has not so much bitcoin`,
  };
}

const hasLimits = ({ policy = {}, reversePolicy = {} }: GraphChannel): boolean =>
  [policy, reversePolicy].some(({ cltvDelta, htlcMinMsat, htlcMaxMsat }) =>
    [cltvDelta, htlcMinMsat, htlcMaxMsat].some((limit) => limit !== undefined),
  );

/** Its fees. Not every lightningd has the rest for a single channel. */
const feesOf = (policy: PolicySpec | undefined): PolicySpec | undefined =>
  policy && { baseMsat: policy.baseMsat, perMillion: policy.perMillion };

function specOf({ nodes }: Graph, channels: readonly GraphChannel[]): NetworkSpec {
  const names = new Map<string, string>();
  for (const [id, { alias }] of nodes) names.set(id, nameOf(alias, [...names.values()]));
  return {
    nodes: [...nodes].map(([id, { alias, colour }]): NodeSpec => {
      const name = names.get(id)!;
      return { name, alias: alias === name ? undefined : fittingAlias(alias), colour };
    }),
    peers: [],
    channels: channels.map(({ from, to, pushMsat, policy, reversePolicy, ...channel }): ChannelSpec => ({
      ...channel,
      policy: feesOf(policy),
      reversePolicy: feesOf(reversePolicy),
      from: names.get(from)!,
      to: names.get(to)!,
      pushMsat: pushMsat ?? (channel.capacitySat / 2n) * 1_000n, // no export says whose it is
    })),
    chain: {},
    traffic: [],
  };
}

/** Of the alias what can be a name; otherwise n1, n2, …. */
function nameOf(alias: string | undefined, others: readonly string[]): string {
  const own = (alias ?? '')
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9_-]/g, '')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 32);
  if (nameFault(own, others) === undefined) return own;
  for (let number = 1; ; number++) if (nameFault(`n${number}`, others) === undefined) return `n${number}`;
}

const fittingAlias = (alias: string | undefined): string | undefined =>
  alias && Buffer.byteLength(alias) <= 32 && !/\p{Cc}/u.test(alias) ? alias : undefined;
