import { expect, test } from 'vitest';
import { parseSim, type KnownNode } from '../../../src/traffic/sim-json.js';

const ID = (digit: string): string => `02${digit.repeat(64)}`;
const KNOWN: readonly KnownNode[] = [
  { name: 'l1', id: ID('a'), alias: 'Alice' },
  { name: 'l2', id: ID('b'), alias: 'Bob' },
  { name: 'carol', id: ID('c'), alias: 'carol' },
  { name: 'l4', id: undefined, alias: undefined },
];
const row = { source: 'Alice', destination: 'Bob', interval_secs: 1, amount_msat: 2000 };

test('nodes are found by alias, name and node id, and activity is as sim-ln has it', () => {
  const data = {
    nodes: [
      { id: 'Alice', address: '127.0.0.1:10011', macaroon: '/path/admin.macaroon', cert: '/path/tls.cert' },
      { id: ID('B'), address: 'localhost:10013', ca_cert: '/a', client_cert: '/b', client_key: '/c' },
    ],
    activity: [
      { source: 'alice', destination: ID('c'), interval_secs: [1, 3], amount_msat: [1000, 2000] },
      { source: ID('b'), destination: 'l1', interval_secs: 2, amount_msat: 5000, count: 10, start_secs: 20 },
    ],
  };
  expect(parseSim(data, KNOWN)).toEqual([
    { from: 'l1', to: 'carol', everyMs: [1000, 3000], amountMsat: [1000n, 1999n] },
    { from: 'l2', to: 'l1', everyMs: 2000, amountMsat: 5000n, count: 10, startMs: 20_000 },
  ]);
});

test('without activity there are payments at random among its nodes', () => {
  expect(parseSim({ nodes: [{ id: 'Alice' }, { id: 'carol' }] }, KNOWN)).toEqual([{ among: ['l1', 'carol'] }]);
});

test.each<[what: unknown, message: string]>([
  [[], 'sim.json: it is not an object'],
  [{}, 'sim.json: it has neither nodes nor activity'],
  [{ sim_network: [] }, 'sim.json: sim_network describes channels that sim-ln simulates'],
  [{ nodes: 'Alice' }, 'sim.json: nodes is not a list of objects'],
  [{ nodes: [{ address: 'localhost:3536' }] }, 'sim.json: nodes[0] has no id'],
  [{ nodes: [{ id: 'Zoe' }] }, 'sim.json: nodes[0].id: the playground has no node "Zoe"'],
  [{ nodes: [{ id: ID('f') }] }, `sim.json: nodes[0].id: the playground has no node "${ID('f')}"`],
  [{ nodes: [{ id: 'Alice' }, { id: 'l1' }] }, 'sim.json: a node is in "nodes" twice: l1, l1'],
  [{ activity: [{ ...row, destination: undefined }] }, 'sim.json: activity[0] has no destination'],
  [{ activity: [{ ...row, destination: 'l1' }] }, 'sim.json: activity[0]: l1 is both source and destination'],
  [{ activity: [{ ...row, interval_secs: '1s' }] }, 'sim.json: activity[0].interval_secs cannot be "1s"'],
  [{ activity: [{ ...row, amount_msat: [2, 2] }] }, 'sim.json: activity[0].amount_msat cannot be [2,2]'],
  [{ activity: [{ ...row, amount_msat: undefined }] }, 'sim.json: activity[0].amount_msat is missing'],
  [{ activity: [{ ...row, amount_msat: 0 }] }, 'sim.json: activity[0].amount_msat is not above zero'],
  [{ activity: [row, { ...row, count: -1 }] }, 'sim.json: activity[1].count cannot be -1'],
])('%j is refused', (data, message) => {
  expect(() => parseSim(data, KNOWN)).toThrow(message);
});

test('what an unknown node could be is said', () => {
  const hint = 'its nodes are l1 (Alice), l2 (Bob), carol, l4: write one of them, or make one of this name with `ln-play up --nodes`'; // prettier-ignore
  expect(() => parseSim({ nodes: [{ id: 'Zoe' }] }, KNOWN)).toThrow(expect.objectContaining({ code: 'INVALID', hint }));
});

test('an alias that two nodes have names neither', () => {
  const twins = [...KNOWN, { name: 'l5', id: ID('d'), alias: 'Bob' }];
  expect(() => parseSim({ nodes: [{ id: 'Bob' }] }, twins)).toThrow('nodes[0].id: "Bob" is the alias of l2 and l5');
});
