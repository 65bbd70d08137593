import { relative } from 'node:path';
import { Document, isMap, isSeq } from 'yaml';
import { formatMsat } from '../core/amounts.js';
import { formatDurationMs } from '../core/durations.js';
import { isWithin } from '../core/within.js';
import type { ChannelSpec, NetworkSpec, NodeSpec, PolicySpec, TrafficSpec } from '../network/spec.js';
import type { NetworkLiteral } from './schema.js';

/** What an editor needs to know the keys; `ln-play schema` makes it. */
export const SCHEMA_LINE = '# yaml-language-server: $schema=ln-play.schema.json';

export interface WriteOptions {
  /** Files in this folder are named relative to it: where the file will be. By default the current one. */
  readonly folder?: string | undefined;
  /** Lines above it, without `#`. */
  readonly comments?: readonly string[] | undefined;
}

/** A network file in YAML: a node and a channel on a line each. Read again, it is the same network. */
export function writeNetworkFile(
  spec: NetworkSpec,
  { folder = process.cwd(), comments = [] }: WriteOptions = {},
): string {
  const document = new Document(networkLiteral(spec, folder));
  const { contents } = document;
  if (isMap(contents))
    for (const { value } of contents.items)
      if (isMap(value)) for (const item of value.items) inFlow(item.value);
      else if (isSeq(value)) for (const item of value.items) inFlow(item);
  const head = [SCHEMA_LINE, ...comments.map((line) => `# ${line}`)];
  return `${head.join('\n')}\n${document.toString({ lineWidth: 0, flowCollectionPadding: true })}`;
}

/** As an object, which is a network file in JSON too. */
export function networkLiteral(spec: NetworkSpec, folder: string = process.cwd()): NetworkLiteral {
  const { nodes, channels, peers, chain, traffic } = spec;
  const { mineEveryMs, feeratePerKw } = chain;
  const goesOn = given({
    mine_every: mineEveryMs === undefined ? undefined : formatDurationMs(mineEveryMs),
    feerate: feeratePerKw === undefined ? undefined : `${feeratePerKw}perkw`,
  });
  return given<NetworkLiteral>({
    nodes: Object.fromEntries(nodes.map((node) => [node.name, nodeLiteral(node, folder)])),
    channels: some(channels.map(channelLiteral)),
    peers: some(peers.map(([from, to]): [string, string] => [from, to])),
    chain: Object.keys(goesOn).length > 0 ? goesOn : undefined,
    traffic: some(traffic.map(trafficLiteral)),
  });
}

type Literal<K extends keyof NetworkLiteral> = NonNullable<NetworkLiteral[K]>;

function nodeLiteral(node: NodeSpec, folder: string): Literal<'nodes'>[string] {
  const { lightningd, alias, colour, listen, key, options, plugins, fundSat } = node;
  return given({
    ...(lightningd === 'cln'
      ? { implementation: 'cln' as const }
      : { lightningd: lightningd === undefined ? undefined : shortest(lightningd, folder) }),
    alias,
    colour,
    listen,
    key: typeof key === 'object' ? key.secret : key,
    options,
    plugins: plugins?.map((file) => shortest(file, folder)),
    fund: amount(fundSat === undefined ? undefined : fundSat * 1_000n),
  });
}

const channelLiteral = (channel: ChannelSpec): Literal<'channels'>[number] =>
  given({
    from: channel.from,
    to: channel.to,
    capacity: formatMsat(channel.capacitySat * 1_000n),
    push: amount(channel.pushMsat),
    private: channel.private,
    fee: channel.policy && policyLiteral(channel.policy),
    reverse_fee: channel.reversePolicy && policyLiteral(channel.reversePolicy),
    feerate: channel.feerate,
    confirmations: channel.confirmations,
  });

const policyLiteral = (policy: PolicySpec): NonNullable<Literal<'channels'>[number]['fee']> =>
  given({
    base: amount(policy.baseMsat),
    ppm: policy.perMillion,
    cltv_delta: policy.cltvDelta,
    htlc_min: amount(policy.htlcMinMsat),
    htlc_max: amount(policy.htlcMaxMsat),
  });

function trafficLiteral({ from, to, amountMsat, everyMs }: TrafficSpec): Literal<'traffic'>[number] {
  const range = typeof amountMsat === 'object' ? amountMsat : undefined;
  return given({
    from,
    to,
    amount: range
      ? ([formatMsat(range[0]), formatMsat(range[1])] as [string, string])
      : amount(amountMsat as bigint | undefined),
    every: everyMs === undefined ? undefined : formatDurationMs(everyMs),
  });
}

const amount = (msat: bigint | undefined): string | undefined => (msat === undefined ? undefined : formatMsat(msat));

/** `./plugins/a.js` for what is in the folder, and the whole path for all else. */
const shortest = (file: string, folder: string): string =>
  file.startsWith('/') && isWithin(file, folder) ? `./${relative(folder, file)}` : file;

const some = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined);

/** Without what is undefined. */
const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

function inFlow(node: unknown): void {
  if (isMap(node) || isSeq(node)) node.flow = true;
}
