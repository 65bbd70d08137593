import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { Playground } from '../../src/network/playground.js';
import { describeEach, leftovers, runCli, usePlaygroundFolders, useTemporaryFolder } from './support.js';

describeEach((_implementation, { lightningd, flags }) => {
  useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start({ lightningd, nodes: ['a', 'b'] });
    const [a, b] = playground.nodes;
    await playground.fundAndChannel({ from: a, to: b });
    return async () => await playground.dispose();
  });

  const stateOf = async (name: string) =>
    (await playground.status()).daemons.find((daemon) => daemon.name === name)?.state;

  /** Freezes b, and pays it: the payment is under way when this returns. */
  async function payFrozen() {
    const [a, b] = playground.nodes;
    const { bolt11, paymentHash } = await b.invoice(10_000n);
    await playground.freeze('b');
    expect(await stateOf('b')).toBe('frozen');
    const paying = a.pay(bolt11);
    paying.catch(() => {}); // whoever awaits it hears of it
    await waitFor('the payment to be under way', async () => {
      const status = (await a.payment(paymentHash))?.status;
      return status === 'pending' ? { done: undefined } : { seen: String(status) };
    });
    return { paying, paymentHash };
  }

  test('a payment to a node that is frozen arrives once it goes on', async () => {
    const { paying } = await payFrozen();
    expect(await playground.thaw()).toEqual(['b']);
    expect(await stateOf('b')).toBe('running');
    expect((await paying).status).toBe('complete');
  });

  test('others go on without one that is frozen', async () => {
    await playground.freeze('b');
    const height = await playground.mine(1);
    expect((await playground.nodes[0].tip()).height).toBe(height);
    await playground.thaw('b');
    expect(await playground.sync()).toBe(height);
  });

  test('a node that is frozen for a while goes on by itself, and nothing is left of that', async () => {
    await playground.freeze('b', 300);
    await waitFor('b to go on', async () => {
      const { daemons, background } = await playground.status();
      const isOver = daemons.every(({ state }) => state === 'running') && background.length === 0;
      return isOver ? { done: undefined } : { seen: JSON.stringify({ daemons, background }) };
    });
    expect(await playground.thaw()).toEqual([]);
  });

  test('a payment to a node that crashes ends the same way on both sides, once it is back', async () => {
    const { paying, paymentHash } = await payFrozen();
    await playground.crash('b');
    expect(await stateOf('b')).toBe('dead');
    await expect(playground.freeze('b')).rejects.toMatchObject({ code: 'STATE', message: 'b does not run' });
    await playground.restart('b');
    const [a, b] = playground.nodes;
    await paying.catch(() => {});
    const status = (await a.payment(paymentHash))!.status;
    expect(['complete', 'failed']).toContain(status);
    expect((await b.invoiceByHash(paymentHash))?.status).toBe(status === 'complete' ? 'paid' : 'unpaid');
    await playground.payDemo({ from: a, to: b });
  });

  test('a node that is frozen is started anew by restart', async () => {
    await playground.freeze('b');
    await playground.restart('b');
    await playground.payDemo({ from: playground.nodes[0], to: playground.nodes[1] });
  });

  test('bitcoind that crashes or is frozen', async () => {
    await playground.freeze('bitcoind');
    expect(await stateOf('bitcoind')).toBe('frozen');
    const other = await Playground.open(playground.dir);
    await expect(other.mine(1)).rejects.toMatchObject({ code: 'STATE', message: 'bitcoind is frozen' });
    await playground.thaw('bitcoind');
    await playground.mine(1);
    await playground.crash('bitcoind');
    await playground.restart('bitcoind');
    await playground.mine(1);
  });

  test('who mines and waits for nodes holds up no restart of bitcoind, and goes by the others where one is frozen', async () => {
    const height = () => playground.bitcoind.rpc.call<number>('getblockcount');
    await playground.slowBitcoind(3_000);
    await playground.mine(1); // a question that was held since before
    const before = await height();
    const order: string[] = [];
    const other = await Playground.open(playground.dir);
    const mined = other.mine(1).finally(() => order.push('mined'));
    mined.catch(() => {}); // it is awaited below
    await waitFor('the block to be there', async () => {
      const now = await height();
      return now > before ? { done: undefined } : { seen: `block ${now}` };
    });
    await playground.freeze('b');
    await playground.restart('bitcoind');
    order.push('restarted');
    expect(await mined).toBe(before + 1);
    expect(order).toEqual(['restarted', 'mined']);
    expect(await playground.heal({ all: true })).toMatchObject({ ended: ['slowBitcoind'], thawed: ['b'] });
    expect(await playground.mine(1)).toBe(before + 2);
    for (const node of other.nodes) node.disconnect();
    other.bitcoind.close();
  });

  test('heal with all starts again what has crashed, be it bitcoind or all but it', async () => {
    const [a, b] = playground.nodes;
    await playground.mineEvery(3_600_000);
    await playground.crash('bitcoind');
    await playground.crash('b');
    await playground.freeze('a');
    expect(await playground.heal({ all: true })).toEqual({
      ended: ['mining'],
      thawed: ['a'],
      started: ['bitcoind', 'b'],
    });
    const { daemons, background } = await playground.status();
    expect(daemons.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'bitcoind running',
      'a running',
      'b running',
    ]);
    expect(background).toEqual([]);
    await playground.payDemo({ from: a, to: b });

    await playground.crash('a');
    await playground.crash('b');
    expect(await playground.heal({ all: true })).toEqual({ ended: [], thawed: [], started: ['a', 'b'] });
    await playground.payDemo({ from: a, to: b });
    expect(await playground.heal({ all: true })).toEqual({ ended: [], thawed: [], started: [] });
  });

  test('heal does not say that all is as ever where one does not come back', async () => {
    const { configFile } = playground.node('b');
    const config = await readFile(configFile, 'utf8');
    await playground.crash('b');
    await writeFile(configFile, `${config}\nno-such-option=1\n`);
    await expect(playground.heal({ all: true })).rejects.toMatchObject({ code: 'DAEMON' });
    await writeFile(configFile, config);
    expect(await playground.heal({ all: true })).toMatchObject({ started: ['b'] });
  });

  const at = usePlaygroundFolders();
  test('on the command line: what is frozen keeps nobody from stopping all', async () => {
    await at.json('up', ...flags);
    expect(await at.json('freeze', 'l1', '1h')).toEqual({ frozen: 'l1', for_ms: 3_600_000 });
    expect((await at.status()).background).toMatchObject([{ name: 'thaw', problem: null }]);
    expect(await at.json('freeze', 'l2')).toEqual({ frozen: 'l2', for_ms: null });
    expect(await at.json('freeze', 'bitcoind')).toEqual({ frozen: 'bitcoind', for_ms: null });
    await at.json('down');
    expect(await leftovers(at.dir)).toEqual([]);
    await at.json('up');
    expect((await at.status()).background).toEqual([]);
    expect(await at.json('crash', 'l1')).toEqual({ crashed: 'l1' });
    expect(await at.json('up')).toMatchObject({ started: ['l1'] });
    await at.json('crash', 'l1');
    const { stdout } = await runCli(['heal', '--all', '--dir', at.dir]);
    expect(stdout).toBe('✔ all is as ever: started l1 again\n');
    await at.json('down');
    expect((await runCli(['heal', '--all', '--dir', at.dir])).stdout).toMatch(/^nothing runs, .* `ln-play up`\n$/);
  });
});
