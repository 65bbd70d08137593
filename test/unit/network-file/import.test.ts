import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importNetwork } from '../../../src/network-file/import/import.js';
import { parseNetwork } from '../../../src/network-file/read.js';
import { networkLiteral } from '../../../src/network-file/write.js';
import type { NetworkSpec } from '../../../src/network/spec.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function imported(
  text: string,
  most = 100,
  options = {},
): Promise<{ readonly spec: NetworkSpec; readonly notes: readonly string[] }> {
  const file = join(folder, 'export');
  await writeFile(file, text);
  const { spec, notes } = await importNetwork(file, most, options);
  // undefined counts as left out; what was made is a network that can be
  const checked = await parseNetwork(networkLiteral(spec));
  return { spec: checked, notes: notes.map((note) => note.replaceAll(`${folder}/`, '')) };
}

const policy = {
  time_lock_delta: 40,
  min_htlc: '1000',
  fee_base_msat: '5',
  fee_rate_milli_msat: '7',
  max_htlc_msat: '0',
};

test("lnd's describegraph", async () => {
  const graph = {
    nodes: [
      { last_update: 1, pub_key: 'aa', alias: '⚡Été ⚡ 21⚡', color: '#3399FF', addresses: [] },
      { pub_key: 'bb', alias: 'cd', color: 'none' },
      { pub_key: 'cc', alias: '', color: '' },
    ],
    edges: [
      {
        channel_id: '1',
        node1_pub: 'aa',
        node2_pub: 'bb',
        capacity: '1000000',
        node1_policy: policy,
        node2_policy: null,
      },
      { channel_id: '2', node1_pub: 'bb', node2_pub: 'dd', capacity: '20000' },
      { channel_id: '3', node1_pub: 'cc', node2_pub: 'dd', capacity: '5' },
    ],
  };
  const { spec, notes } = await imported(JSON.stringify(graph));
  expect(spec.nodes).toEqual([
    { name: 'Ete21', alias: '⚡Été ⚡ 21⚡', colour: '3399ff' },
    { name: 'n1', alias: 'cd' }, // cd is a word of the shell
    { name: 'n2' },
    { name: 'n3' },
  ]);
  expect(spec.channels[0]).toEqual({
    from: 'Ete21',
    to: 'n1',
    capacitySat: 1_000_000n,
    pushMsat: 500_000_000n,
    policy: { baseMsat: 5n, perMillion: 7 },
  });
  expect(spec.channels[2]).toMatchObject({ from: 'n2', to: 'n3', capacitySat: 20_000n });
  expect(notes).toEqual([
    "from export, lnd's describegraph: 4 nodes, 3 channels",
    'capacities are 20000sat at the least',
    'fees are kept, cltv deltas and limits of HTLCs are left out',
  ]);
});

test("Core Lightning's listchannels: two halves are a channel", async () => {
  const half = { short_channel_id: '1x1x0', public: true, amount_msat: 1_000_000_000, active: true, delay: 6 };
  const channels = [
    { ...half, source: 'aa', destination: 'bb', base_fee_millisatoshi: 1, fee_per_millionth: 10, htlc_minimum_msat: 0 },
    { ...half, source: 'bb', destination: 'aa', base_fee_millisatoshi: 2, htlc_maximum_msat: 990_000_000 },
    { ...half, short_channel_id: '2x1x0', source: 'bb', destination: 'cc', public: false, amount_msat: '50000000msat' },
  ];
  const { spec } = await imported(JSON.stringify({ channels }));
  expect(spec.nodes.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3']);
  expect(spec.channels).toEqual([
    {
      from: 'n1',
      to: 'n2',
      capacitySat: 1_000_000n,
      pushMsat: 500_000_000n,
      policy: { baseMsat: 1n, perMillion: 10 },
      reversePolicy: { baseMsat: 2n },
    },
    { from: 'n2', to: 'n3', capacitySat: 50_000n, pushMsat: 25_000_000n, private: true, policy: {} },
  ]);
});

test("Warnet's network.yaml: the tanks with a Lightning node", async () => {
  const text = `
caddy: { enabled: true }
nodes:
  - { name: tank-0000, addnode: [tank-0001], image: { tag: '27.0' } }
  - name: tank-0001
    ln: { lnd: true }
    lnd:
      config: bitcoin.timelockdelta=33
      channels:
        - { id: { block: 300, index: 1 }, target: tank-0002-ln, capacity: 100000, push_amt: 50000,
            source_policy: { cltv_expiry_delta: 40, fee_base_msat: 1000, fee_proportional_millionths: 3 } }
  - { name: tank-0002 }
`;
  const { spec } = await imported(text);
  expect(spec.nodes).toEqual([{ name: 'tank-0001' }, { name: 'tank-0002' }]);
  expect(spec.channels).toEqual([
    {
      from: 'tank-0001',
      to: 'tank-0002',
      capacitySat: 100_000n,
      pushMsat: 50_000_000n,
      policy: { baseMsat: 1000n, perMillion: 3 },
    },
  ]);

  const own = join(folder, 'warnet');
  await mkdir(own);
  await writeFile(join(own, 'network.yaml'), 'nodes: [{ name: tank-0000 }]');
  await writeFile(join(own, 'node-defaults.yaml'), 'image: { tag: x }\nln: { lnd: true }\n');
  expect((await importNetwork(join(own, 'network.yaml'), 100)).spec.nodes.map(({ name }) => name)).toEqual([
    'tank-0000',
  ]);
});

test('of a large one, the largest connected nodes are taken, and capacities that regtest has', async () => {
  const edge = (one: number, other: number, capacity: number) => ({
    node1_pub: `p${one}`,
    node2_pub: `p${other}`,
    capacity: String(capacity),
  });
  const nodes = Array.from({ length: 300 }, (_, n) => ({ pub_key: `p${n}`, alias: `Node ${n}` }));
  // a tree, its root the largest; and two large ones that know nobody else
  const edges = nodes.slice(1, 298).map((_, n) => edge(Math.floor(n / 3), n + 1, Math.round(10_000_000_000 / (n + 1))));
  const graph = { nodes, edges: [...edges, edge(298, 299, 90_000_000_000)] };
  const { spec, notes } = await imported(JSON.stringify(graph), 13);
  expect(spec.nodes.map(({ name }) => name)).toEqual(Array.from({ length: 13 }, (_, n) => `Node${n}`));
  expect(spec.channels).toHaveLength(12);
  expect(spec.channels.reduce((sum, { capacitySat }) => sum + capacitySat, 0n)).toBeLessThanOrEqual(4_000_000_000n);
  expect(notes).toEqual([
    "from export, lnd's describegraph: 300 nodes, 298 channels",
    'taken are the largest that are connected: 13 nodes, 12 channels',
    'capacities are 1/8 of theirs: regtest has not so much bitcoin',
  ]);
  const { spec: all } = await imported(JSON.stringify(graph), 100, { capacitySat: 1_000_000n });
  expect(all.nodes).toHaveLength(100);
  expect(new Set(all.channels.map(({ capacitySat }) => capacitySat))).toEqual(new Set([1_000_000n]));
});

test.each([
  ['{"a": 1}', "export is none of lnd's describegraph, Core Lightning's listchannels, Warnet's network.yaml"],
  ['nodes: { alice: {} }', 'export is none of'],
  ['{"nodes": [', 'export is neither JSON nor YAML'],
  ['{"channels": []}', 'export has no Lightning node'],
])('%s is refused', async (text, says) => {
  await expect(imported(text)).rejects.toThrow(new RegExp(says));
});
