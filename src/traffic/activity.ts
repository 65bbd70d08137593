import { formatMsat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';

/** One amount in msat, or the least and the most. */
export type AmountMsat = bigint | readonly [least: bigint, most: bigint];

/**
 * Payments of one sort, over and over. A row of a network's file is one, and so is an `activity` of sim-ln's sim.json.
 * Names are those of nodes.
 */
export interface Activity {
  /** Who pays, and who is paid; where one is not named, it is chosen anew each time, by capacity. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** From whom it is chosen; by default all. */
  readonly among?: readonly string[] | undefined;
  /** By default amounts are spread around `expectedMsat`. */
  readonly amountMsat?: AmountMsat | undefined;
  /** The mean of amounts that are spread: the more, the larger the channels of both nodes are. */
  readonly expectedMsat?: bigint | undefined;
  /** Between two payments, always the same or at least and at most; by default they come at random moments. */
  readonly everyMs?: number | readonly [least: number, most: number] | undefined;
  /** How many come in a second on the average, if they come at random moments; 1 by default. */
  readonly perSecond?: number | undefined;
  /** Instead of that, as sim-ln has it: how many times over each node sends its capacity in 30 days. */
  readonly capacityMultiplier?: number | undefined;
  /** How many there are; by default there is no end to them. */
  readonly count?: number | undefined;
  /** When they begin. */
  readonly startMs?: number | undefined;
}

/** What every node has in its channels, in msat, by name: half of their capacity, the other half being the peer's. */
export type Capacities = ReadonlyMap<string, bigint>;

/** sim-ln's default for the mean payment, in msat; and the part of the least capacity that ours is at most. */
const EXPECTED_MSAT = 3_800_000n;
const PART_OF_CAPACITY = 20n;
const PER_SECOND = 1;
/** sim-ln's month. */
const MONTH_S = 30 * 24 * 60 * 60;

/** An activity as the sequence of payments needs it: with who may pay and be paid. */
export interface ReadyActivity extends Activity {
  readonly expectedMsat: bigint;
  readonly perSecond: number;
  readonly payers: Choices;
  readonly payees: Choices;
}

/** Nodes, and how likely each is. */
export type Choices = readonly (readonly [name: string, weight: number])[];

/**
 * Looks whether these nodes can do this.
 *
 * @param names of all nodes there are
 * @throws {LnPlayError} USAGE for a node that there is not, and for numbers that cannot be; STATE without channels
 */
export function ready(activity: Activity, capacities: Capacities, names: readonly string[]): ReadyActivity {
  assertNumbers(activity);
  assertNames(activity, names);
  if (capacities.size === 0)
    throw new LnPlayError('STATE', 'There is no channel that could carry a payment', {
      hint: 'open one: ln-play fund-and-channel, or ln-play open FROM TO 0.01btc',
    });
  const { from, to, among = [...capacities.keys()] } = activity;
  const chosen = among.flatMap((name) => {
    const capacity = capacities.get(name);
    return capacity === undefined ? [] : [[name, Number(capacity)] as const];
  });
  const choices = (named: string | undefined): Choices => (named === undefined ? chosen : [[named, 1]]);
  const [payers, payees] = [choices(from), choices(to)];
  if (new Set([...payers, ...payees].map(([name]) => name)).size < 2)
    throw new LnPlayError('STATE', 'It takes two nodes with channels, one to pay and one to be paid', {
      hint: `of these nodes, ${chosen.map(([name]) => name).join(', ') || 'none'} has channels: ln-play open FROM TO 0.01btc`,
    });
  const mean = expectedMsat(activity, capacities, [...payers, ...payees]);
  return { ...activity, payers, payees, expectedMsat: mean, perSecond: rate(activity, payers, mean) };
}

function rate({ perSecond, capacityMultiplier }: Activity, payers: Choices, expectedMsat: bigint): number {
  if (capacityMultiplier === undefined) return perSecond ?? PER_SECOND;
  const sent = payers.reduce((sum, [, capacity]) => sum + capacity, 0) * capacityMultiplier;
  return sent / Number(expectedMsat) / MONTH_S;
}

/** As sim-ln does, a mean that is more than half of what a node has in its channels is refused. */
function expectedMsat({ amountMsat, expectedMsat: asked }: Activity, capacities: Capacities, nodes: Choices): bigint {
  const having = nodes.flatMap(([name]) => {
    const capacity = capacities.get(name);
    return capacity === undefined ? [] : [{ name, capacity }];
  });
  const least = having.reduce((a, b) => (b.capacity < a.capacity ? b : a), having[0] ?? NOBODY);
  if (asked === undefined) {
    const part = least.capacity / PART_OF_CAPACITY || 1n;
    return part < EXPECTED_MSAT ? part : EXPECTED_MSAT;
  }
  if (amountMsat === undefined && asked > least.capacity / 2n)
    throw new LnPlayError('USAGE', `Payments of ${formatMsat(asked)} on the average are too large for ${least.name}`, {
      hint: `give at most ${formatMsat(least.capacity / 2n)}, a quarter of the capacity of its channels`,
    });
  return asked;
}

const NOBODY = { name: '', capacity: 0n };

function assertNames({ from, to, among = [] }: Activity, names: readonly string[]): void {
  for (const name of [from, to, ...among])
    if (name !== undefined && !names.includes(name))
      throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} to pay or be paid`, {
        hint: `the nodes are ${names.join(', ')}`,
      });
  if (from !== undefined && from === to)
    throw new LnPlayError('USAGE', `${from} cannot pay itself`, { hint: 'name two different nodes' });
}

function assertNumbers(activity: Activity): void {
  const refuse = (what: keyof Activity, hint: string): never => {
    throw new LnPlayError('USAGE', `${what} cannot be ${String(activity[what])}`, { hint });
  };
  const { amountMsat, everyMs, count, startMs } = activity;
  const [least, most] = typeof amountMsat === 'object' ? amountMsat : [amountMsat ?? 1n, amountMsat ?? 1n];
  if (least < 1n || most < least) refuse('amountMsat', 'give an amount above zero, or the least and the most');
  if ((activity.expectedMsat ?? 1n) < 1n) refuse('expectedMsat', 'give an amount above zero');
  const [shortest, longest] = typeof everyMs === 'object' ? everyMs : [everyMs ?? 0, everyMs ?? 0];
  if (!(shortest >= 0 && longest >= shortest && Number.isFinite(longest))) refuse('everyMs', 'give a time in ms');
  for (const key of ['perSecond', 'capacityMultiplier'] as const) {
    const value = activity[key] ?? 1;
    if (!(value > 0 && Number.isFinite(value))) refuse(key, 'give a number above zero');
  }
  for (const [key, value = 0] of [
    ['count', count],
    ['startMs', startMs],
  ] as const)
    // prettier-ignore
    if (!(value >= 0 && Number.isSafeInteger(value))) refuse(key, 'give a whole number');
}
