import { expect, test } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { ready, type Activity } from '../../../src/traffic/activity.js';
import { sequence, type PlannedPayment } from '../../../src/traffic/sequence.js';

const BTC = 100_000_000_000n; // msat
const CAPACITIES = new Map([
  ['alice', 3n * BTC],
  ['bob', 2n * BTC],
  ['carol', BTC],
]);
const NAMES = ['alice', 'bob', 'carol', 'dave'];

function first(count: number, activities: readonly Activity[], seed = 1): PlannedPayment[] {
  const able = activities.map((activity) => ready(activity, CAPACITIES, NAMES));
  return Array.from({ length: count }, next(sequence(able, CAPACITIES, new Random(seed)))).filter((each) => !!each);
}
const next =
  <T>(iterator: Iterator<T, void>) =>
  (): T =>
    iterator.next().value as T;
const share = <T>(list: readonly T[], is: (item: T) => boolean): number => list.filter(is).length / list.length;

test('a seed repeats the payments, another one has others', () => {
  expect(first(100, [{}], 5)).toEqual(first(100, [{}], 5));
  expect(first(100, [{}], 5)).not.toEqual(first(100, [{}], 6));
});

test('who has more in channels pays and is paid more often; nobody pays himself, nor one without channels', () => {
  const payments = first(20_000, [{}]);
  for (const { from, to } of payments) expect(from).not.toBe(to);
  expect(share(payments, ({ from }) => from === 'alice')).toBeCloseTo(3 / 6, 1);
  expect(share(payments, ({ from }) => from === 'bob')).toBeCloseTo(2 / 6, 1);
  const ofAlice = payments.filter(({ from }) => from === 'alice');
  expect(share(ofAlice, ({ to }) => to === 'bob')).toBeCloseTo(2 / 3, 1);
  expect(payments.some(({ from, to }) => from === 'dave' || to === 'dave')).toBe(false);
});

test('amounts have the expected mean, 95 % of them below half of what the lesser node has; moments are at random', () => {
  const payments = first(20_000, [{ expectedMsat: BTC / 10n, perSecond: 4, from: 'alice', to: 'bob' }]);
  const amounts = payments.map(({ amountMsat }) => Number(amountMsat));
  const mean = amounts.reduce((sum, each) => sum + each, 0) / amounts.length;
  expect(mean / Number(BTC / 10n)).toBeGreaterThan(0.8);
  expect(mean / Number(BTC / 10n)).toBeLessThan(1.2);
  expect(share(amounts, (each) => each < Number(BTC))).toBeGreaterThan(0.95);
  expect(payments.at(-1)!.atMs / payments.length / 250).toBeCloseTo(1, 1);
});

test('the default mean is small beside the smallest channels', () => {
  const able = ready({}, new Map([['a', 100n], ['b', 1_000_000n]]), ['a', 'b']); // prettier-ignore
  expect(able.expectedMsat).toBe(5n);
  expect(ready({}, CAPACITIES, NAMES).expectedMsat).toBe(3_800_000n);
});

test('a capacity multiplier says how often each sends its capacity in a month', () => {
  const { perSecond, expectedMsat } = ready({ capacityMultiplier: 2 }, CAPACITIES, NAMES);
  expect(perSecond * 30 * 24 * 3600 * Number(expectedMsat)).toBeCloseTo(Number(12n * BTC), -6);
});

test('rows come at their own times, each with its amounts, count and beginning', () => {
  const rows: Activity[] = [
    { from: 'alice', to: 'bob', amountMsat: 7n, everyMs: 1000 },
    { from: 'bob', to: 'carol', amountMsat: [5n, 6n], everyMs: [100, 200], count: 3, startMs: 1500 },
  ];
  const payments = first(8, rows);
  expect(payments.map(({ atMs }) => atMs)).toEqual(payments.map(({ atMs }) => atMs).sort((a, b) => a - b));
  const [ofAlice, ofBob] = ['alice', 'bob'].map((name) => payments.filter(({ from }) => from === name));
  expect(ofAlice!.map(({ atMs }) => atMs)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ofBob).toHaveLength(3);
  expect(ofBob![0]!.atMs).toBe(1500);
  for (const { amountMsat } of ofBob!) expect([5n, 6n]).toContain(amountMsat);
});

test('where all rows have an end, so have the payments', () => {
  expect(first(9, [{ from: 'alice', to: 'bob', count: 2 }, { from: 'bob', count: 1 }])).toHaveLength(3); // prettier-ignore
});

test('a row may leave one end open', () => {
  for (const { from, to } of first(50, [{ to: 'alice' }])) expect([from, to]).toEqual([expect.stringMatching(/bob|carol/), 'alice']); // prettier-ignore
  for (const { to } of first(50, [{ from: 'alice', among: ['bob'] }])) expect(to).toBe('bob');
});

test.each<[Activity, string]>([
  [{ from: 'zoe' }, 'There is no node "zoe" to pay or be paid'],
  [{ among: ['alice', 'zoe'] }, 'There is no node "zoe" to pay or be paid'],
  [{ from: 'bob', to: 'bob' }, 'bob cannot pay itself'],
  [{ among: ['carol', 'dave'] }, 'It takes two nodes with channels, one to pay and one to be paid'],
  [{ expectedMsat: BTC }, 'Payments of 1btc on the average are too large for carol'],
  [{ expectedMsat: 0n }, 'expectedMsat cannot be 0'],
  [{ amountMsat: 0n }, 'amountMsat cannot be 0'],
  [{ amountMsat: [5n, 4n] }, 'amountMsat cannot be 5,4'],
  [{ everyMs: -1 }, 'everyMs cannot be -1'],
  [{ perSecond: 0 }, 'perSecond cannot be 0'],
  [{ capacityMultiplier: Number.NaN }, 'capacityMultiplier cannot be NaN'],
  [{ count: 1.5 }, 'count cannot be 1.5'],
])('%o is refused', (activity, message) => {
  expect(() => ready(activity, CAPACITIES, NAMES)).toThrow(message);
});

test('without a channel there is no traffic', () => {
  expect(() => ready({}, new Map(), NAMES)).toThrow('There is no channel that could carry a payment');
});
