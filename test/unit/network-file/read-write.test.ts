import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { parseNetwork, readNetworkFile } from '../../../src/network-file/read.js';
import { unchanging } from '../../../src/network-file/source.js';
import { TOPOLOGIES, topologyOf } from '../../../src/network-file/topologies.js';
import { networkLiteral, writeNetworkFile } from '../../../src/network-file/write.js';
import type { ChannelSpec, NetworkSpec, NodeKey, NodeSpec, PolicySpec } from '../../../src/network/spec.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network file-'));
  await writeFile(join(folder, 'plugin.sh'), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, name = 'net.yaml'): Promise<NetworkSpec> {
  const file = join(folder, name);
  await writeFile(file, text);
  const { spec, file: found } = await readNetworkFile(file);
  expect(found).toBe(file);
  return spec;
}

test('a file with all there is', async () => {
  const spec = await read(`
nodes:
  alice: { alias: Alice, plugins: [./plugin.sh], options: { fee-base: 5, large: true, no: false, text: 'true' } }
  bob: { lightningd: embedded, fund: 2btc, colour: 005500, listen: tcp, key: random }
  carol:
  dave: { implementation: embedded, key: 0000000000000000000000000000000000000000000000000000000000000001 }
channels:
  - { from: alice, to: bob, capacity: 0.042btc, push: 1000000sat }
  - { from: bob, to: carol, capacity: 10000000sat, private: true, fee: { base: 1sat, ppm: 100 }, reverse_fee: { ppm: 10 } }
  - { from: carol, to: dave, capacity: 1000000, feerate: 1000perkw, confirmations: 0,
      fee: { cltv_delta: 40, htlc_min: 1, htlc_max: 1000sat } }
peers: [[alice, carol]]
chain: { mine_every: 30s, feerate: 1000perkw }
traffic:
  - { from: alice, to: carol, amount: [1sat, 100sat], every: 1500ms }
  - { amount: 10 }
  - {}
`);
  expect(spec).toEqual({
    nodes: [
      {
        name: 'alice',
        alias: 'Alice',
        options: { 'fee-base': 5, large: true, no: 'false', text: 'true' },
        plugins: [join(folder, 'plugin.sh')],
      },
      { name: 'bob', lightningd: 'embedded', fundSat: 200_000_000n, colour: '005500', listen: 'tcp', key: 'random' },
      { name: 'carol' },
      { name: 'dave', lightningd: 'embedded', key: { secret: `${'0'.repeat(63)}1` } },
    ],
    channels: [
      { from: 'alice', to: 'bob', capacitySat: 4_200_000n, pushMsat: 1_000_000_000n },
      {
        from: 'bob',
        to: 'carol',
        capacitySat: 10_000_000n,
        private: true,
        policy: { baseMsat: 1_000n, perMillion: 100 },
        reversePolicy: { perMillion: 10 },
      },
      {
        from: 'carol',
        to: 'dave',
        capacitySat: 1_000_000n,
        feerate: '1000perkw',
        confirmations: 0,
        policy: { cltvDelta: 40, htlcMinMsat: 1n, htlcMaxMsat: 1_000_000n },
      },
    ],
    peers: [['alice', 'carol']],
    chain: { mineEveryMs: 30_000, feeratePerKw: 1000 },
    traffic: [{ from: 'alice', to: 'carol', amountMsat: [1_000n, 100_000n], everyMs: 1500 }, { amountMsat: 10n }, {}],
  });
});

test('a row of nodes is numbered, and stands for each of them', async () => {
  const { nodes, channels, peers, traffic } = await read(`
nodes: { lsp: , client: { count: 3, alias: Client, fund: 1btc } }
channels:
  - { from: lsp, to: client, capacity: 1btc }
  - { from: client2, to: lsp, capacity: 0.1btc }
peers: [[client, lsp], [lsp, client1]]
traffic: [{ from: client, to: lsp }, { from: client }]
`);
  expect(nodes).toEqual([
    { name: 'lsp' },
    ...[1, 2, 3].map((n) => ({ name: `client${n}`, alias: `Client ${n}`, fundSat: 100_000_000n })),
  ]);
  const lsp = { from: 'lsp', capacitySat: 100_000_000n };
  expect(channels).toEqual([
    { ...lsp, to: 'client1' },
    { ...lsp, to: 'client2' },
    { ...lsp, to: 'client3' },
    { from: 'client2', to: 'lsp', capacitySat: 10_000_000n },
  ]);
  expect(peers).toEqual([
    ['client1', 'lsp'],
    ['client2', 'lsp'],
    ['client3', 'lsp'],
  ]);
  expect(traffic).toEqual([
    ...[1, 2, 3].map((n) => ({ from: `client${n}`, to: 'lsp' })),
    ...[1, 2, 3].map((n) => ({ from: `client${n}` })),
  ]);
});

test('JSON, anchors, merges, and a $schema', async () => {
  const json = JSON.stringify(
    { $schema: './ln-play.schema.json', nodes: { a: {}, b: { options: { x: 1 } } } },
    null,
    '\t',
  );
  expect((await read(json, 'net.json')).nodes).toEqual([{ name: 'a' }, { name: 'b', options: { x: 1 } }]);
  const yaml = `
nodes:
  a: &base { listen: tcp, alias: A }
  b: { <<: *base, alias: B }
channels: [{ from: a, to: b, capacity: 1btc, fee: &fee { ppm: 7 }, reverse_fee: *fee }]
`;
  const { nodes, channels } = await read(yaml);
  expect(nodes[1]).toEqual({ name: 'b', listen: 'tcp', alias: 'B' });
  expect(channels[0]).toMatchObject({ policy: { perMillion: 7 }, reversePolicy: { perMillion: 7 } });
});

test('what is included comes first, once; files are relative to the file that names them', async () => {
  await mkdir(join(folder, 'part'));
  await writeFile(join(folder, 'part', 'plugin.sh'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'base.yaml'), 'nodes: { hub: }\nchain: { mine_every: 1m, feerate: 500perkw }\n');
  const more = 'include: ../base.yaml\nnodes: { a: { plugins: [plugin.sh] } }\npeers: [[a, hub]]\n';
  await writeFile(join(folder, 'part', 'more.yaml'), more);
  const spec = await read(
    'include: [part/more.yaml, base.yaml]\nnodes: { b: }\nchain: { mine_every: 2m }\npeers: [[b, a]]',
  );
  expect(spec.nodes).toEqual([
    { name: 'hub' },
    { name: 'a', plugins: [join(folder, 'part', 'plugin.sh')] },
    { name: 'b' },
  ]);
  expect(spec.peers).toEqual([
    ['a', 'hub'],
    ['b', 'a'],
  ]);
  expect(spec.chain).toEqual({ mineEveryMs: 120_000, feeratePerKw: 500 });
});

describe('a file that changes while it is read', () => {
  const handle = (sizes: number[]) => {
    const stat = () =>
      Promise.resolve({ isDirectory: () => false, isFile: () => true, size: sizes.shift() ?? 0, mtimeMs: 0 });
    const read = () => Promise.resolve({ bytesRead: 0, buffer: Buffer.alloc(0) });
    return { stat, read } as unknown as Parameters<typeof unchanging>[0];
  };

  test('is read again', async () => {
    expect(await unchanging(handle([1, 2, 3, 3]), 'net.yaml', 10)).toHaveLength(0);
  });

  test('is refused if it never stands still', async () => {
    await expect(unchanging(handle([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 'net.yaml', 10)).rejects.toThrow(
      'net.yaml changes while it is read',
    );
  });
});

describe('what is written is read as the same', () => {
  test.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %i', async (seed) => {
    const spec = networkByChance(new Random(seed));
    expect(await read(writeNetworkFile(spec, { folder }))).toEqual(spec);
    expect(await read(JSON.stringify(networkLiteral(spec, folder)), 'net.json')).toEqual(spec);
    expect(await parseNetwork(networkLiteral(spec, folder), folder)).toEqual(spec);
  });

  function networkByChance(random: Random): NetworkSpec {
    const one = <T>(...of: readonly T[]): T => of[random.whole(0, of.length - 1)]!;
    const maybe = <K extends string, T>(key: K, make: () => T): { [key in K]?: T } =>
      random.next() < 0.4 ? ({ [key]: make() } as { [key in K]: T }) : {};
    const hex = (length: number): string =>
      Array.from({ length }, () => random.whole(0, random.next() < 0.5 ? 9 : 15).toString(16)).join('');
    const msat = (most: number): bigint => BigInt(random.whole(0, most));
    const names = Array.from({ length: random.whole(2, 6) }, (_, n) => `${one('l', 'n-', 'No', 'y_')}${n}`);
    const pair = () => {
      const [from, to] = [one(...names), one(...names)];
      return from === to ? { from: names[0]!, to: names[1]! } : { from, to };
    };
    const policy = (): PolicySpec => ({
      ...maybe('baseMsat', () => msat(5_000)),
      ...maybe('perMillion', () => random.whole(0, 10_000)),
      ...maybe('cltvDelta', () => random.whole(1, 144)),
      ...maybe('htlcMinMsat', () => msat(1_000)),
      ...maybe('htlcMaxMsat', () => 1_000n + msat(1_000_000_000)),
    });
    return {
      nodes: names.map((name): NodeSpec => ({
        name,
        ...maybe('lightningd', () => one('embedded', join(folder, 'plugin.sh'))),
        ...maybe('alias', () =>
          one('Alice', '007', 'true', 'ünï # x', "it's: so", '{', '- a', 'null', '1e3', '~', ' '),
        ),
        ...maybe('colour', () => hex(6)),
        ...maybe('listen', () => one('socket', 'tcp')),
        ...maybe('key', () => one<NodeKey>('name', 'random', { secret: hex(64) })),
        ...maybe('options', () => ({
          a: one<string | number | true>(1, 0.5, 'x', 'false', '007', '#', true),
          'b-c': one<string | number>(-1, 1e21, 'a: b', ''),
        })),
        ...maybe('plugins', () => [join(folder, 'plugin.sh')]),
        ...maybe('fundSat', () => 10_000_000_000n + msat(1e9)),
      })),
      channels: Array.from({ length: random.whole(0, 5) }, (): ChannelSpec => ({
        ...pair(),
        capacitySat: BigInt(random.whole(10_000, 1_000_000_000)),
        ...maybe('pushMsat', () => msat(9_000_000)),
        ...maybe('private', () => one(true, false)),
        ...maybe('policy', policy),
        ...maybe('reversePolicy', policy),
        ...maybe('feerate', () => one('253perkw', '4000', 'slow', '6blocks')),
        ...maybe('confirmations', () => random.whole(0, 6)),
      })),
      peers: random.next() < 0.5 ? [[names[0]!, names[1]!]] : [],
      chain: {
        ...maybe('mineEveryMs', () => random.whole(1, 100_000)),
        ...maybe('feeratePerKw', () => random.whole(253, 100_000)),
      },
      traffic: Array.from({ length: random.whole(0, 2) }, () => ({
        ...(random.next() < 0.5 ? pair() : {}),
        ...maybe('amountMsat', () => one<bigint | readonly [bigint, bigint]>(msat(1e6), [msat(10), 10n + msat(1e6)])),
        ...maybe('everyMs', () => random.whole(1, 100_000)),
      })),
    };
  }
});

describe('topologies', () => {
  const channelsOf = (text: string): string[] => topologyOf(text).channels.map(({ from, to }) => `${from}-${to}`);

  test('have the channels that their names say', () => {
    expect(channelsOf('line:3')).toEqual(['l1-l2', 'l2-l3']);
    expect(channelsOf('ring:3')).toEqual(['l1-l2', 'l2-l3', 'l3-l1']);
    expect(channelsOf('star:3')).toEqual(['l1-l2', 'l1-l3']);
    expect(channelsOf('mesh:4')).toEqual(['l1-l2', 'l1-l3', 'l1-l4', 'l2-l3', 'l2-l4', 'l3-l4']);
    expect(channelsOf('random:20')).toHaveLength(30);
    expect(channelsOf('random:2')).toEqual(['l1-l2']);
  });

  test('a random one is connected, and repeats by its seed', () => {
    expect(topologyOf('random:50', { seed: 7 })).toEqual(topologyOf('random:50', { seed: 7 }));
    expect(topologyOf('random:50', { seed: 7 })).not.toEqual(topologyOf('random:50', { seed: 8 }));
    for (let seed = 0; seed < 20; seed++) {
      const { nodes, channels } = topologyOf('random:30', { seed });
      const reached = new Set(['l1']);
      for (let size = 0; size < reached.size;) {
        size = reached.size;
        for (const { from, to } of channels) if (reached.has(from) || reached.has(to)) reached.add(from).add(to);
      }
      expect(reached.size).toBe(nodes.length);
    }
  });

  test.each(Object.keys(TOPOLOGIES))('%s: its file is read as the same', async (shape) => {
    const spec = topologyOf(`${shape}:7`, { capacitySat: 123_457n });
    expect(await read(writeNetworkFile(spec))).toEqual(spec);
  });

  test.each(['star', 'star:', 'star:1', 'ring:2', 'cube:8', 'line:0', 'mesh:101', 'star:501', 'star:5x', 'toString:3'])(
    '%s is refused',
    (text) => {
      expect(() => topologyOf(text)).toThrow(`${JSON.stringify(text)} is`);
    },
  );
});
