import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Playground, waitFor } from 'ln-play';
import { expect, test } from 'vitest';
import { describeEach, leftovers, processesOf, useTemporaryFolder } from './support.js';

const HOLDER = fileURLToPath(new URL('../fakes/plugins/holder.js', import.meta.url));

describeEach((implementation, options) => {
  const folder = useTemporaryFolder();

  test('a playground in a temporary folder pays, and nothing of it is left', async () => {
    let dir: string;
    {
      await using playground = await Playground.start(options);
      ({ dir } = playground);
      const [l1, l2] = playground.nodes;
      expect(l1.implementation).toBe(implementation);
      await playground.fundAndChannel({ from: l2, to: l1 });
      const { payment, invoice } = await playground.payDemo({ from: l2, to: l1 });
      expect(payment).toMatchObject({ status: 'complete', amount_msat: 24 });
      expect(invoice.status).toBe('paid');
    }
    expect(await leftovers(dir)).toEqual([]);
  });

  test('nodes by name, each as it is described, connected as it is said', async () => {
    const secret = `${'00'.repeat(31)}01`;
    const hub = { name: 'hub', alias: 'The Hub', colour: '00ff7f', listen: 'tcp', key: { secret } } as const;
    await using playground = await Playground.start({
      ...options,
      nodes: ['alice', { ...hub, options: { 'fee-base': 5 } }, 'bob'],
      peers: [
        ['alice', 'hub'],
        ['bob', 'hub'],
      ],
    });
    const { nodes, daemons } = await playground.status();
    expect(daemons.map(({ name }) => name)).toEqual(['bitcoind', 'alice', 'hub', 'bob']);
    expect(nodes).toMatchObject([
      { name: 'alice', alias: 'alice', num_peers: 1, binding: join(playground.dir, 'alice', 'peer') },
      { name: 'hub', alias: 'The Hub', num_peers: 2, binding: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string },
      { name: 'bob', num_peers: 1 },
    ]);
    // the id of this secret, whichever lightningd it is
    expect(nodes[1]!.id).toBe('02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333');
    const { configs } = await playground.node('hub').rpc.call('listconfigs');
    expect(configs).toMatchObject({ 'fee-base': { value_int: 5 }, rgb: { value_str: '00ff7f' } });

    await playground.down();
    const again = await Playground.up({ dir: playground.dir }); // of what it is made, the folder knows
    expect((await again.playground.status()).nodes.map(({ name, num_peers }) => [name, num_peers])).toEqual([
      ['alice', 1],
      ['hub', 2],
      ['bob', 1],
    ]);
  });

  test('one node is enough', async () => {
    await using playground = await Playground.start({ ...options, nodes: 1 });
    const [l1] = playground.nodes;
    await playground.fund(l1, 1_000_000n);
    expect((await playground.status()).nodes).toMatchObject([{ name: 'l1', num_peers: 0, state: 'running' }]);
    await playground.restart('l1');
  });

  test('what was stopped and started again meanwhile is stopped at the end all the same', async () => {
    let dir: string;
    {
      await using playground = await Playground.start(options);
      ({ dir } = playground);
      await playground.down();
      await Playground.up({ ...options, dir });
    }
    expect(await leftovers(dir)).toEqual([]);
  });

  test('an aborted playground is gone when it is disposed of', async () => {
    const stop = new AbortController();
    const playground = await Playground.start(options, { signal: stop.signal });
    const [l1, l2] = playground.nodes;
    const working = playground.fundAndChannel({ from: l2, to: l1 });
    stop.abort();
    await expect(working).rejects.toMatchObject({ code: 'ABORTED' });
    await playground.dispose();
    expect(await processesOf(playground.dir)).toEqual([]);
    expect(existsSync(playground.dir)).toBe(false);
  });

  test('nodes that another has added are destroyed, too; what another has destroyed is said to be gone', async () => {
    const dir = join(folder.path, 'p');
    await Playground.up({ ...options, dir });
    const [first, second] = [await Playground.open(dir), await Playground.open(dir)];
    await Playground.up({ ...options, dir, nodes: 3 });
    await first.destroy();
    expect(await processesOf(dir)).toEqual([]);
    await expect(second.down()).rejects.toMatchObject({ code: 'STATE', message: `There is no playground in ${dir}` });
    await second.dispose();
    expect(existsSync(dir)).toBe(false);
  });

  test('settled channels carry payments, without anybody waiting for anything else', async () => {
    await using playground = await Playground.start(options);
    const [l1, l2] = playground.nodes;
    await playground.fund(l2, 100_000_000n);
    await l2.rpc.call('fundchannel', { id: await l1.id(), amount: '0.1btc' });
    await playground.settle(); // it waits for a block, and that is no reason to wait
    expect(await playground.pending()).toMatchObject([{ nodes: ['l1', 'l2'], awaits: 'a block: ln-play mine' }]);
    await playground.miner.mine(1);
    await playground.settle();
    expect(await l2.channels()).toMatchObject([{ phase: 'normal', usable: true, state: 'CHANNELD_NORMAL' }]);
    await playground.payDemo({ from: l2, to: l1 });
    await playground.settle();
    expect(await playground.pending()).toEqual([]);
  });

  test('a payment that somebody holds is told, and not waited for', async () => {
    await using playground = await Playground.start(options);
    const [l1, l2] = playground.nodes;
    await playground.fundAndChannel({ from: l2, to: l1 });
    await l1.rpc.call('plugin', { subcommand: 'start', plugin: HOLDER });
    const { bolt11 } = await l1.invoice(1000n);
    const held = l2.pay(bolt11);
    held.catch(() => {}); // nobody settles it: it ends with its node
    await waitFor('l1 to have it', async () => {
      const [channel] = await l1.channels();
      return channel?.payments.length ? { done: undefined } : { seen: 'no HTLC' };
    });
    await playground.settle();
    expect(await playground.pending()).toMatchObject([
      { nodes: ['l1', 'l2'], state: 'CHANNELD_NORMAL', awaits: '1 payment that somebody holds' },
    ]);
  });
});
