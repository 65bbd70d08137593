import { freemem, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { formatMsat } from '../core/amounts.js';
import { closeNames } from '../core/close-names.js';
import { assertOpenable, costOfAllSat, leastCapacitySat, MOST_NODES } from '../network/limits.js';
import { nameFault } from '../network/names.js';
import {
  assertSpec,
  sameEdge,
  type ChannelSpec,
  type Edge,
  type NetworkSpec,
  type NodeSpec,
  type PolicySpec,
  type TrafficSpec,
} from '../network/spec.js';
import { problemAt, type Gathered, type Placed } from './gather.js';
import { reportThrown, type Report } from './problems.js';
import type { ChannelEntry, NodeEntry, PolicyEntry } from './schema.js';

/** What a name of the file stands for: a node, or the nodes of a row. */
type Rows = ReadonlyMap<string, readonly string[]>;

/** The network that files describe. What cannot be is reported, and left out. */
export function toSpec(gathered: Gathered, report: Report): NetworkSpec {
  const rows = namesOf(gathered, report);
  const pairs = new Pairs(rows, report);
  const nodes = gathered.nodes.flatMap(({ name, value, origin }) =>
    (rows.get(name) ?? []).map((each, index) => nodeSpec(each, value ?? {}, origin.folder, index + 1)),
  );
  const placed = gathered.channels.flatMap((channel) =>
    pairs.of(channel, 'a channel').map(([from, to]) => ({ channel, spec: channelSpec(from, to, channel.value) })),
  );
  for (const channel of gathered.brokenChannels) pairs.of(channel, 'a channel');
  checkChannels(placed, nodes, report);
  checkFunds(gathered, rows, placed, report);
  const peers: Edge[] = [];
  for (const peer of gathered.peers) {
    const [from, to] = peer.value;
    for (const edge of pairs.of({ ...peer, value: { from, to } }, 'a connection', [0, 1]))
      if (!peers.some((each) => sameEdge(each, edge))) peers.push(edge);
  }
  const chain = Object.assign({}, ...gathered.chain.map(({ value }) => value)) as Gathered['chain'][number]['value'];
  return {
    nodes,
    peers,
    channels: placed.map(({ spec }) => spec),
    chain: given({ mineEveryMs: chain.mine_every, feeratePerKw: chain.feerate }),
    traffic: gathered.traffic.flatMap((row) => trafficSpecs(row, pairs, report)),
  };
}

/** What each name stands for: those of the file, and each node of its rows. */
function namesOf({ nodes }: Gathered, report: Report): Rows {
  const rows = new Map<string, readonly string[]>();
  const taken: string[] = [];
  for (const node of nodes) {
    const { name, value } = node;
    const all = value?.count === undefined ? [name] : numbered(name, value.count);
    const at = { origin: node.origin, path: node.path, on: 'key' } as const;
    for (const each of all) {
      const fault = nameFault(each, taken);
      if (fault)
        report({ ...at, message: `${JSON.stringify(each)} cannot be a node's name: ${fault.why}`, hint: fault.hint });
      else taken.push(each);
      if (fault) break;
    }
    rows.set(name, all);
    if (value?.count !== undefined && value.key !== undefined && value.key !== 'name' && value.key !== 'random')
      report(
        problemAt(node, 'key', `${name} is a row of nodes, and a secret is for one`, 'leave key out, or name each'),
      );
    if (value?.lightningd !== undefined && value.implementation !== undefined)
      report(
        problemAt(node, 'implementation', `${name} has both lightningd and implementation`, 'leave one of them out'),
      );
  }
  for (const { name, value, origin, path } of nodes)
    for (const [option, given] of Object.entries(value?.options ?? {}))
      reportThrown(report, { origin, path: [...path, 'options', option], on: 'key' }, () =>
        assertSpec({ name, options: { [option]: given === false ? 'false' : given } }),
      );
  for (const each of taken) if (!rows.has(each)) rows.set(each, [each]);
  const first = nodes[0];
  if (taken.length > MOST_NODES.inPods && first)
    report({
      origin: first.origin,
      path: ['nodes'],
      on: 'key',
      message: `${taken.length} nodes are too many: a playground has ${MOST_NODES.inPods} at the most, in pods`,
      hint: `this machine has ${gigabytes(totalmem())} of memory, ${gigabytes(freemem())} of it free; a node takes 30 to 160 MiB`,
    });
  return rows;
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}${index + 1}`);

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Finds who is meant by `from` and `to`, each with each where they are rows. */
class Pairs {
  readonly #rows: Rows;
  readonly #report: Report;

  constructor(rows: Rows, report: Report) {
    this.#rows = rows;
    this.#report = report;
  }

  /** @param keys where the two names are in what was placed */
  of(
    placed: Placed<{ readonly from: string; readonly to: string }>,
    what: string,
    keys: readonly [string | number, string | number] = ['from', 'to'],
  ): Edge[] {
    const { from, to } = placed.value;
    const [froms, tos] = [this.names(placed, from, keys[0]), this.names(placed, to, keys[1])];
    if (!froms || !tos) return [];
    const edges = froms.flatMap((one) => tos.map((other): Edge => [one, other]));
    if (!edges.some(([one, other]) => one === other)) return edges;
    const many = froms.length > 1 || tos.length > 1;
    this.#report({
      ...placed,
      path: [...placed.path, keys[1]],
      on: 'value',
      message: many
        ? `${what} from ${from} to ${to} would be one from ${froms.find((one) => tos.includes(one))} to itself`
        : `${what} from ${from} to itself cannot be`,
      hint: many ? `name the nodes of the row: ${froms.slice(0, 2).join(', ')}` : 'name two different nodes',
    });
    return [];
  }

  names(placed: Placed<unknown>, name: string, key: string | number): readonly string[] | undefined {
    const names = this.#rows.get(name);
    if (names) return names;
    const known = [...this.#rows.keys()];
    const [close] = closeNames(name, known);
    const listed = known.length > 8 ? `${known.slice(0, 8).join(', ')}, …` : known.join(', ');
    const hint = close === undefined ? `the nodes are ${listed}` : `did you mean ${close}?`;
    const message = `there is no node ${JSON.stringify(name)}`;
    this.#report({ ...placed, path: [...placed.path, key], on: 'value', message, hint });
    return undefined;
  }
}

function nodeSpec(name: string, entry: NodeEntry, folder: string, number: number): NodeSpec {
  const { count, implementation, lightningd, alias, colour, listen, key, options, plugins, fund } = entry;
  const program = implementation ?? lightningd;
  return given<NodeSpec>({
    name,
    lightningd: program?.includes('/') ? resolve(folder, program) : program,
    alias: alias !== undefined && count !== undefined ? `${alias} ${number}` : alias,
    colour,
    listen,
    key: key === undefined || key === 'name' || key === 'random' ? key : { secret: key.toLowerCase() },
    options:
      options &&
      Object.fromEntries(Object.entries(options).map(([option, value]) => [option, value === false ? 'false' : value])),
    plugins: plugins?.map((plugin) => resolve(folder, plugin)),
    fundSat: fund,
  });
}

const channelSpec = (from: string, to: string, entry: ChannelEntry): ChannelSpec =>
  given<ChannelSpec>({
    from,
    to,
    capacitySat: entry.capacity,
    pushMsat: entry.push,
    private: entry.private,
    policy: entry.fee && policySpec(entry.fee),
    reversePolicy: entry.reverse_fee && policySpec(entry.reverse_fee),
    feerate: entry.feerate,
    confirmations: entry.confirmations,
  });

const policySpec = (entry: PolicyEntry): PolicySpec =>
  given<PolicySpec>({
    baseMsat: entry.base,
    perMillion: entry.ppm,
    cltvDelta: entry.cltv_delta,
    htlcMinMsat: entry.htlc_min,
    htlcMaxMsat: entry.htlc_max,
  });

function trafficSpecs(row: Gathered['traffic'][number], pairs: Pairs, report: Report): TrafficSpec[] {
  const { from, to, amount, every } = row.value;
  if (Array.isArray(amount) && amount[0] > amount[1]) {
    const range = `${formatMsat(amount[0])} to ${formatMsat(amount[1])}`;
    report(problemAt(row, 'amount', `amount goes from ${range}`, 'the least stands first: exchange them'));
  }
  const rest = { amountMsat: amount, everyMs: every };
  if (from !== undefined && to !== undefined)
    return pairs
      .of({ ...row, value: { from, to } }, 'a payment')
      .map(([one, other]) => given<TrafficSpec>({ from: one, to: other, ...rest }));
  const key = from === undefined ? 'to' : 'from';
  const name = from ?? to;
  if (name === undefined) return [given<TrafficSpec>(rest)];
  return (pairs.names(row, name, key) ?? []).map((each) => given<TrafficSpec>({ [key]: each, ...rest }));
}

type PlacedChannel = { readonly channel: Placed<ChannelEntry>; readonly spec: ChannelSpec };

function checkChannels(placed: readonly PlacedChannel[], nodes: readonly NodeSpec[], report: Report): void {
  const judged = new Set<Placed<ChannelEntry>>(); // a row's channels are all alike
  for (const { channel, spec } of placed) {
    if (judged.has(channel)) continue;
    judged.add(channel);
    const { capacity, push, feerate, fee, reverse_fee: reverseFee } = channel.value;
    const at = { origin: channel.origin, on: 'value' } as const;
    reportThrown(report, { ...at, path: [...channel.path, 'capacity'] }, () => assertOpenable(capacity, undefined));
    reportThrown(report, { ...at, path: [...channel.path, 'feerate'] }, () => assertOpenable(10n ** 8n, feerate));
    const least = leastCapacitySat(nodes.find(({ name }) => name === spec.to)?.options?.['min-capacity-sat']);
    if (capacity >= 1_000n && capacity < least)
      report(
        problemAt(
          channel,
          'capacity',
          `a channel of ${sat(capacity)} is less than ${spec.to} takes: ${sat(least)}`,
          `make it larger, or give ${spec.to} options: { min-capacity-sat: ${capacity} }`,
        ),
      );
    if (push !== undefined && push >= capacity * 1_000n)
      report(
        problemAt(
          channel,
          'push',
          `a push of ${formatMsat(push)} is not below the capacity, ${sat(capacity)}`,
          'leave something for the fee of its commitment transaction',
        ),
      );
    for (const [key, policy] of Object.entries({ fee, reverse_fee: reverseFee }))
      if (policy?.htlc_min !== undefined && policy.htlc_max !== undefined && policy.htlc_min > policy.htlc_max)
        report({
          ...at,
          path: [...channel.path, key, 'htlc_min'],
          message: `htlc_min ${formatMsat(policy.htlc_min)} is above htlc_max ${formatMsat(policy.htlc_max)}`,
          hint: 'no payment would fit: exchange them',
        });
  }
}

/** A node whose funds are named must have enough for the channels that it opens. */
function checkFunds({ nodes }: Gathered, rows: Rows, placed: readonly PlacedChannel[], report: Report): void {
  for (const node of nodes) {
    const fund = node.value?.fund;
    if (fund === undefined) continue;
    for (const name of rows.get(node.name) ?? []) {
      const own = placed.map(({ spec }) => spec).filter(({ from }) => from === name);
      const needed = costOfAllSat(own);
      if (own.length === 0 || fund >= needed) continue;
      const what = own.length === 1 ? 'the channel' : `the ${own.length} channels`;
      report(
        problemAt(
          node,
          'fund',
          `${name} gets ${sat(fund)}, and needs ${sat(needed)} for ${what} that it opens`,
          'leave fund out, for what its channels need and some, or give more',
        ),
      );
      break;
    }
  }
}

const sat = (amount: bigint): string => formatMsat(amount * 1_000n);

/** Without what is undefined. */
const given = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
