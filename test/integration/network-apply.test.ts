import { LnPlayError, Playground, type UpReport } from 'ln-play';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change, Loss } from '../../src/network/apply/change.js';
import type { ChannelSpec, NetworkSpec, NodeSpec } from '../../src/network/spec.js';
import { describeEach, useTemporaryFolder } from './support.js';

const PLUGIN = `#!/usr/bin/env node
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '') return;
  const { id, method } = JSON.parse(line);
  const result = method === 'getmanifest' ? { options: [], rpcmethods: [], dynamic: true } : {};
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n\\n');
});
`;

const network = (nodes: readonly NodeSpec[], channels: readonly ChannelSpec[], more: Partial<NetworkSpec> = {}) => ({
  nodes,
  channels,
  peers: [],
  chain: {},
  traffic: [],
  ...more,
});

/** What a plan or report says, in short. */
const short = ({ changes, losses }: { changes: readonly Change[]; losses: readonly Loss[] }): string[] =>
  [...changes, ...losses].map((each) => {
    const { what } = each;
    if (what === 'open channel') return `${what} ${each.channel.from} ${each.channel.to}`;
    if ('node' in each) return `${what} ${each.node}${'key' in each ? ` ${each.key}` : ''}`;
    return `${what} ${each.from} ${each.to}`;
  });

const NOTHING = { changes: [], losses: [], started: [], restarted: [] };

describeEach((implementation, { lightningd }) => {
  const folder = useTemporaryFolder();
  let dir = '';
  let plugin = '';
  let last: Playground | undefined;
  beforeAll(async () => {
    dir = join(folder.path, 'a network');
    plugin = join(folder.path, 'plugin.js');
    await writeFile(plugin, PLUGIN, { mode: 0o755 });
  });
  afterAll(() => last?.destroy());

  const up = async (spec: NetworkSpec, options = {}): Promise<UpReport> => {
    const report = await Playground.up({ dir, lightningd, network: spec, ...options });
    last = report.playground;
    return report;
  };

  const twice: ChannelSpec = { from: 'alice', to: 'bob', capacitySat: 1_000_000n, policy: { baseMsat: 3n } };
  const channels: readonly ChannelSpec[] = [
    {
      ...twice,
      pushMsat: 400_000_000n,
      policy: { baseMsat: 5n, perMillion: 7 },
      reversePolicy: { baseMsat: 0n, perMillion: 100 },
    },
    twice,
    { from: 'bob', to: 'carol', capacitySat: 2_000_000n, private: true },
    { from: 'carol', to: 'alice', capacitySat: 3_000_000n },
  ];
  const nodes: readonly NodeSpec[] = [
    { name: 'alice', fundSat: 50_000_000n },
    { name: 'bob' },
    { name: 'carol', options: { 'fee-base': 9 } },
  ];
  const spec = network(nodes, channels);

  test('what would be done is told before anything is there', async () => {
    const plan = await Playground.plan({ dir, lightningd, network: spec });
    expect(short(plan)).toEqual([
      'add node alice',
      'add node bob',
      'add node carol',
      'set option carol fee-base',
      'fund alice',
      'fund bob',
      'fund carol',
      'open channel alice bob',
      'open channel alice bob',
      'open channel bob carol',
      'open channel carol alice',
      'set policy alice bob',
      'set policy bob alice',
      'set policy alice bob',
    ]);
    expect(existsSync(dir)).toBe(false);
  });

  test('a network as its spec says: channels, pushed amounts, policies, funds, and everybody knows of it', async () => {
    const before = await Playground.plan({ dir, lightningd, network: spec });
    const { playground, ...report } = await up(spec);
    expect(short(report)).toEqual(short(before));
    const [alice, bob, carol] = playground.nodes;
    const [ids] = [await Promise.all(playground.nodes.map((node) => node.id()))];
    const ofAlice = await alice.channels();
    expect(ofAlice).toHaveLength(3);
    expect(ofAlice.every(({ usable }) => usable)).toBe(true);
    expect(ofAlice.filter(({ peer }) => peer === ids[1])).toMatchObject([
      { capacityMsat: 1_000_000_000n, oursMsat: 600_000_000n, policy: { baseMsat: 5n, perMillion: 7 } },
      { capacityMsat: 1_000_000_000n, oursMsat: 1_000_000_000n, policy: { baseMsat: 3n } },
    ]);
    expect((await bob.channels(ids[0])).map(({ policy }) => policy)).toMatchObject([
      { baseMsat: 0n, perMillion: 100 },
      { baseMsat: 1n, perMillion: 10 },
    ]);
    const carols = await carol!.channels();
    expect(carols.filter(({ private: isPrivate }) => isPrivate)).toHaveLength(1);
    expect(carols.map(({ policy }) => policy.baseMsat)).toEqual([9n, 9n]);
    for (const node of playground.nodes) {
      const heard = await node.gossip();
      expect(heard).toHaveLength(6);
      expect(new Set(heard.map(({ shortChannelId }) => shortChannelId)).size).toBe(3);
    }
    const sum = async (node: typeof alice) => (await node.funds()).reduce((total, coin) => total + coin.amountMsat, 0n);
    expect(await sum(alice)).toBeGreaterThan(47_900_000_000n);
    expect(await sum(alice)).toBeLessThan(48_000_000_000n);
    // bob has bought one channel, and has what a new node gets to spare
    expect(await sum(bob)).toBeGreaterThan(10_000_000_000n);
    // a payment finds its way by what has been heard
    const { bolt11 } = await bob.invoice(1_000_000n);
    expect(await carol!.pay(bolt11)).toMatchObject({ status: 'complete' });
  });

  test('the same again: nothing happens', async () => {
    const height = await last!.bitcoind.rpc.call('getblockcount');
    expect(await up(spec)).toMatchObject(NOTHING);
    expect(await Playground.plan({ dir, lightningd, network: spec })).toEqual({ changes: [], losses: [], unknown: [] });
    expect(await last!.bitcoind.rpc.call('getblockcount')).toBe(height);
  });

  test('down and up again: nothing but that', async () => {
    await last!.down();
    const plan = await Playground.plan({ dir, lightningd, network: spec });
    expect(plan).toEqual({ changes: [], losses: [], unknown: ['alice', 'bob', 'carol'] });
    const { started, ...report } = await up(spec);
    expect(started.toSorted()).toEqual(['alice', 'bitcoind', 'bob', 'carol']);
    expect(report).toMatchObject({ changes: [], losses: [], restarted: [] });
  });

  const more = () =>
    network(
      [nodes[0]!, { name: 'bob', options: { 'fee-base': 2 }, plugins: [plugin] }, nodes[2]!, { name: 'dave' }],
      [...channels.with(1, { ...twice, policy: { baseMsat: 4n } }), { from: 'dave', to: 'bob', capacitySat: 500_000n }],
      { peers: [['dave', 'alice']] },
    );

  test('a node, a peer, a channel, a policy, an option and a plugin more', async () => {
    const had = await last!.node('alice').channels();
    const before = await Playground.plan({ dir, lightningd, network: more() });
    const { playground, ...report } = await up(more());
    expect(short(report)).toEqual(short(before));
    expect(short(report)).toEqual([
      'set option bob fee-base',
      'add plugin bob',
      'add node dave',
      'connect dave alice',
      'restart bob',
      'fund dave',
      'open channel dave bob',
      'set policy alice bob',
    ]);
    expect(report.restarted).toEqual(['bob']);
    const [alice, bob, , dave] = playground.nodes;
    const { plugins } = await bob.rpc.call('plugin', { subcommand: 'list' });
    expect(plugins).toContainEqual(expect.objectContaining({ name: plugin, active: true }));
    expect(new Set((await alice.channels()).map(({ id }) => id))).toEqual(new Set(had.map(({ id }) => id)));
    expect((await alice.channels(await bob.id())).map(({ policy }) => policy.baseMsat)).toEqual([5n, 4n]);
    expect(await dave!.channels()).toMatchObject([{ usable: true, policy: { baseMsat: 1n } }]);
    expect(await alice.peer(await dave!.id())).toMatchObject({ connected: true });
    for (const node of playground.nodes) expect(await node.gossip()).toHaveLength(8);
    expect(await up(more())).toMatchObject(NOTHING);
  });

  test('what runs now is a spec, and is that', async () => {
    const now = await last!.spec();
    expect(now).toMatchObject({
      nodes: [{ name: 'alice' }, { name: 'bob', options: { 'fee-base': '2' }, plugins: [plugin] }, { name: 'carol' }, { name: 'dave' }],
      peers: [['dave', 'alice']],
    }); // prettier-ignore
    expect(now.channels).toHaveLength(5);
    expect(now.channels).toContainEqual({ from: 'carol', to: 'alice', capacitySat: 3_000_000n, pushMsat: expect.any(BigInt) }); // prettier-ignore
    expect(await Playground.plan({ dir, lightningd, network: now })).toEqual({ changes: [], losses: [], unknown: [] });
  });

  const less = network([nodes[0]!, { name: 'bob' }, nodes[2]!], [channels[0]!, channels[3]!]);
  const losses = ['remove option bob fee-base', 'remove plugin bob', 'remove node dave', 'close channel alice bob', 'close channel bob carol', 'close channel dave bob']; // prettier-ignore

  test('what is gone from the spec is told of, and left', async () => {
    const had = await last!.node('bob').channels();
    const { playground, ...report } = await up(less);
    expect(short(report)).toEqual(losses);
    expect(await playground.node('bob').channels()).toHaveLength(had.length);
    expect(playground.nodes).toHaveLength(4);
  });

  test('with prune it is closed, removed and forgotten', async () => {
    expect(short(await Playground.plan({ dir, lightningd, network: less }))).toEqual(losses);
    const { playground, ...report } = await up(less, { prune: true });
    expect(short(report)).toEqual(['restart bob', ...losses]);
    expect(playground.nodes.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol']);
    expect(existsSync(join(dir, 'dave'))).toBe(false);
    const [alice, bob] = playground.nodes;
    const open = async (node: typeof alice) => (await node.channels()).filter(({ phase }) => phase === 'normal');
    expect(await open(alice)).toHaveLength(2);
    expect(await open(bob)).toHaveLength(1);
    expect(await bob.configured('fee-base')).toBeUndefined();
    const { plugins } = await bob.rpc.call('plugin', { subcommand: 'list' });
    expect(plugins).not.toContainEqual(expect.objectContaining({ name: plugin }));
    expect(await up(less)).toMatchObject(NOTHING);
    expect((await Playground.open(dir)).nodes).toHaveLength(3);
  });

  test('a channel that went with its node is not told of any more', async () => {
    const all: NetworkSpec = network([{ name: 'ann' }, { name: 'ben' }], [{ from: 'ann', to: 'ben', capacitySat: 1_000_000n }]); // prettier-ignore
    await using playground = await Playground.start({ lightningd, network: all });
    expect((await playground.status()).channels).toMatchObject([{ from: 'ann', to: 'ben' }]);
    const alone = network([{ name: 'ann' }], []);
    await Playground.up({ dir: playground.dir, lightningd, network: alone, prune: true });
    await playground.refresh();
    expect((await playground.status()).channels).toEqual([]);
    const [{ channelCount }] = [await playground.snapshots.save()];
    expect(channelCount).toBe(0);
  });

  test.each<[string, NetworkSpec, string | RegExp]>([
    [
      'a channel to nobody',
      network(nodes, [{ from: 'alice', to: 'zoe', capacitySat: 1_000_000n }]),
      'there is no node "zoe"',
    ],
    ['a channel to itself', network(nodes, [{ from: 'bob', to: 'bob', capacitySat: 1_000_000n }]), 'to itself'],
    ['one that is too small', network(nodes, [{ from: 'bob', to: 'alice', capacitySat: 999n }]), 'too small'],
    ['more pushed than there is', network(nodes, [{ ...twice, pushMsat: 1_000_000_001n }]), /push/],
    implementation === 'cln'
      ? [
          'a cltv delta of its own',
          network(nodes, [{ ...twice, policy: { cltvDelta: 50 } }]),
          'has no cltv delta of its own',
        ]
      : ['a cltv delta of 41', network(nodes, [{ ...twice, policy: { cltvDelta: 41 } }]), 'takes no cltv delta of 41'],
    [
      'another key for a node that there is',
      network([{ name: 'alice', key: 'random' }], []),
      'alice was made with the key "name"',
    ],
    [
      'more than it is funded with',
      network(
        [{ name: 'zoe', fundSat: 1_000_000n }, { name: 'alice' }],
        [{ from: 'zoe', to: 'alice', capacitySat: 1_000_000n }],
      ),
      /zoe/,
    ],
  ])('%s is refused before anything changes', async (_, wrong, message) => {
    // prettier-ignore
    const height = await last!.bitcoind.rpc.call('getblockcount');
    for (const call of [() => up(wrong), () => Playground.plan({ dir, lightningd, network: wrong })]) {
      const error = await call().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(LnPlayError);
      expect((error as LnPlayError).message).toMatch(message);
    }
    expect(await last!.bitcoind.rpc.call('getblockcount')).toBe(height);
    expect(existsSync(join(dir, 'zoe'))).toBe(false);
  });
});
