import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Playground } from '../../src/network/playground.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, usePlaygroundFolders } from './support.js';

const PLUGIN = fileURLToPath(new URL('../../templates/shell/my-plugin.sh', import.meta.url));

describeEach((implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;

  const write = async (name: string, network: object): Promise<string> => {
    const file = join(at.folder, name);
    await writeFile(file, JSON.stringify(network));
    return file;
  };
  const exported = async (name: string): Promise<string> => {
    await json('export', 'network', join(at.folder, name));
    return await readFile(join(at.folder, name), 'utf8');
  };
  const up = (file: string, ...more: string[]) =>
    json<PlaygroundStatus & { started: string[]; changes: { what: string; node?: string }[] }>(
      'up',
      file,
      ...flags,
      ...more,
    );
  /** What each has, on chain and in its channels. */
  const balances = ({ nodes, channels }: PlaygroundStatus) => ({
    nodes: nodes.map(({ name, alias }) => ({ name, alias })),
    channels: channels
      .map(({ from, to, total_msat, to_us_msat }) => `${from} ${to} ${total_msat} ${to_us_msat}`)
      .sort(),
  });
  const onChain = async (): Promise<object> => {
    const { nodes } = await Playground.open(at.dir);
    const all = nodes.map(async (node) => [
      node.name,
      (await node.funds()).reduce((sum, { amountMsat }) => sum + amountMsat, 0n),
    ]);
    return Object.fromEntries(await Promise.all(all)) as object;
  };

  /** Exports what runs, brings it up elsewhere and exports that. */
  async function expectSameElsewhere(): Promise<void> {
    const first = await exported('first.yaml');
    expect((await json<{ changes: unknown[] }>('up', join(at.folder, 'first.yaml'), '--dry-run'))).toMatchObject({ changes: [], losses: [] }); // prettier-ignore
    const before = { ...balances(await status()), chain: await onChain() };
    await json('destroy', '--yes');
    at.next();
    await up(join(at.folder, 'first.yaml'));
    const after = { ...balances(await status()), chain: await onChain() };
    const text = await exported('second.yaml');
    await json('destroy', '--yes');
    expect(text).toBe(first);
    // a signature may be a byte shorter, and each transaction has its own
    const { chain, ...rest } = after;
    expect(rest).toEqual({ nodes: before.nodes, channels: before.channels });
    for (const [name, msat] of Object.entries(before.chain))
      expect(Number((chain as Record<string, bigint>)[name]! - (msat as bigint))).toBeCloseTo(0, -4);
  }

  test('what runs, exported and brought up elsewhere, is the same network with the same balances', async () => {
    const plugin = join(at.folder, 'my-plugin.sh');
    await copyFile(PLUGIN, plugin);
    // what can be set for one channel
    const own = implementation === 'cln' ? { htlc_min: '2sat', htlc_max: '0.001btc' } : { cltv_delta: 60 };
    const file = await write('network.json', {
      nodes: {
        alice: { alias: 'Alice', colour: 'ff8800', fund: '0.5btc' },
        bob: { options: { 'fee-base': 7 }, plugins: [plugin] },
        carol: { key: '0000000000000000000000000000000000000000000000000000000000000001', fund: '0sat' },
        dave: null,
      },
      channels: [
        { from: 'alice', to: 'bob', capacity: '0.02btc', push: '0.005btc', fee: { base: '3sat', ppm: 9, ...own } },
        { from: 'alice', to: 'bob', capacity: '0.01btc', push: '123456789msat', reverse_fee: { base: 0, ppm: 100 } },
        { from: 'bob', to: 'carol', capacity: '0.03btc' },
        { from: 'dave', to: 'carol', capacity: '1000000sat', private: true },
      ],
      peers: [['alice', 'dave']],
      chain: { mine_every: '1h', feerate: '1000perkw' },
    });
    await up(file);
    const names = await exported('fresh.yaml');
    expect(names).toMatch(/alice: \{.* fund: 0\.5btc \}/);
    expect(names).toMatch(/bob: \{(?!.*fund)/);
    expect(names).toMatch(/carol: \{.* fund: 0msat \}/);
    expect(names).toContain('feerate: 1000perkw');
    expect(names).toContain(implementation === 'cln' ? 'htlc_min: 2sat, htlc_max: 0.001btc' : 'ppm: 9, cltv_delta: 60');

    // what became of it since: one end of a channel has all that it can have, and somebody has more on chain
    const { nodes } = await Playground.open(at.dir);
    const [, bob, carol] = nodes;
    const [channel] = await bob.channels(await carol!.id());
    const { bolt11 } = await carol!.invoice(channel!.spendableMsat - 5_000_000n);
    await bob.pay(bolt11);
    await json('fund', 'dave', '0.01234567btc');
    await json('wait');
    await expectSameElsewhere();
  }, 240_000);

  if (implementation === 'cln')
    test('a network of both kinds of nodes: brought up, changed, exported', async () => {
      const nodes = { alice: { lightningd: 'embedded' }, bob: { implementation: 'cln' } };
      const channels = [
        { from: 'alice', to: 'bob', capacity: '0.02btc', push: '0.01btc', fee: { base: '2sat', ppm: 5 } },
        { from: 'bob', to: 'alice', capacity: '0.01btc', private: true },
      ];
      await up(await write('mixed.json', { nodes, channels }));
      const kinds = async () => (await status()).nodes.map(({ name, implementation }) => [name, implementation]);
      expect(await kinds()).toEqual([['alice', 'embedded'], ['bob', 'cln']]); // prettier-ignore
      expect(await up(await write('mixed.json', { nodes, channels }))).toMatchObject({ started: [], changes: [] });

      const more = {
        nodes: { ...nodes, alice: { ...nodes.alice, options: { 'fee-base': 2 } }, bob: { ...nodes.bob, options: { 'fee-base': 3 } }, carol: { lightningd: 'embedded' } },
        channels: [{ ...channels[0], fee: { base: '4sat', ppm: 5 } }, channels[1], { from: 'carol', to: 'bob', capacity: '0.01btc' }],
        peers: [['carol', 'alice']],
      }; // prettier-ignore
      const { changes } = await up(await write('mixed.json', more));
      expect(changes.map(({ what, node }) => (node === undefined ? what : `${what} ${node}`))).toEqual([
        'set option alice',
        'set option bob',
        'add node carol',
        'connect',
        'restart alice',
        'restart bob',
        'fund carol',
        'open channel',
        'set policy',
      ]);
      const { nodes: playing } = await Playground.open(at.dir);
      const { bolt11 } = await playing[0].invoice(1_000_000n);
      expect(await playing[2]!.pay(bolt11)).toMatchObject({ status: 'complete' });
      expect(await exported('mixed.yaml')).toMatch(/alice: \{ lightningd: embedded,.*\n *bob: \{ implementation: cln,/);
      await json('wait');
      await expectSameElsewhere();
    }, 240_000);
});
