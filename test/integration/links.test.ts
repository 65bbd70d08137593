import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { Playground } from '../../src/network/playground.js';
import { describeEach, leftovers, runCli, usePlaygroundFolders, useTemporaryFolder } from './support.js';

/** Of a link's status, what its proxy has measured. */
interface Seen {
  readonly cuts: number;
  readonly chunks: number;
  readonly leastMs: number;
}

describeEach((_implementation, { lightningd, flags }) => {
  useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start({ lightningd, nodes: ['a', 'b', 'c'] });
    const [a, b] = playground.nodes;
    await playground.fundAndChannel({ from: a, to: b });
    await playground.connect(b, playground.node('c'));
    return async () => await playground.dispose();
  });

  const isConnected = async (from: string, to: string): Promise<boolean> => {
    const peer = await playground.node(from).peer(await playground.node(to).id());
    return peer?.connected === true;
  };
  const untilConnected = async (from: string, to: string, wanted: boolean): Promise<void> =>
    await waitFor<void>(`${from} and ${to} to be ${wanted ? '' : 'no longer '}connected`, async () => {
      const both = await Promise.all([isConnected(from, to), isConnected(to, from)]);
      return both.every((is) => is === wanted) ? { done: undefined } : { seen: both.join() };
    });
  const pay = async (): Promise<string> => {
    const [a, b] = playground.nodes;
    return (await playground.payDemo({ from: a, to: b })).payment.status;
  };
  const seen = async (): Promise<Seen> => {
    const { background } = await playground.status();
    const { details } = background.find(({ name }) => name === 'links')!;
    return (details as { links: { seen: Seen }[] }).links[0]!.seen;
  };

  test('a payment is under way across a partition, and arrives once that is healed', async () => {
    const [a, b] = playground.nodes;
    const { bolt11, paymentHash } = await b.invoice(10_000n);
    const status = async () => (await a.payment(paymentHash))?.status;
    await playground.freeze('b'); // so that the payment gets as far as its channel, and no farther
    const paying = a.pay(bolt11);
    paying.catch(() => {}); // it is awaited below
    await waitFor('the payment to be under way', async () => {
      const now = await status();
      return now === 'pending' ? { done: undefined } : { seen: String(now) };
    });
    await playground.partition(['a'], ['b', 'c']);
    await playground.thaw('b');
    await untilConnected('a', 'b', false);
    expect(await isConnected('b', 'c')).toBe(true);
    expect(await status()).toBe('pending');
    await playground.heal();
    expect((await paying).status).toBe('complete');
    expect((await playground.status()).background).toEqual([]);
  });

  test('nobody gets around a partition, not by hand, and not by a restart', async () => {
    await playground.partition(['a']);
    const [a, b] = playground.nodes;
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      await from.connect(await to.address()).catch(() => {}); // it may be told, or cut off right after
      await untilConnected('a', 'b', false);
    }
    await playground.restart('b');
    await untilConnected('a', 'b', false);
    await expect(pay()).rejects.toMatchObject({ code: 'RPC' });
    await playground.heal();
    await untilConnected('a', 'b', true);
    expect(await pay()).toBe('complete');
  });

  test('a slow link is as slow as it is to be, and pays', async () => {
    await playground.link('a', 'b', { latencyMs: 50 });
    await untilConnected('a', 'b', true);
    expect(await pay()).toBe('complete');
    const { chunks, leastMs } = await seen();
    expect(chunks).toBeGreaterThan(0);
    expect(leastMs).toBeGreaterThanOrEqual(49);
    await playground.healLink('b', 'a');
    expect((await playground.status()).background).toEqual([]);
    expect(await pay()).toBe('complete');
  });

  test('a link that is down, one that is cut by chance, and all healed', async () => {
    await playground.link('a', 'b', { isDown: true });
    await untilConnected('a', 'b', false);
    await playground.link('a', 'b', { dropPercent: 100 });
    await waitFor('a connection to be cut', async () => {
      const { cuts } = await seen();
      return cuts > 0 ? { done: undefined } : { seen: 'none' };
    });
    await playground.freeze('c');
    await playground.mineEvery(3_600_000);
    await playground.heal({ all: true });
    const { background, daemons } = await playground.status();
    expect(background).toEqual([]);
    expect(daemons.map(({ state }) => state)).toEqual(daemons.map(() => 'running'));
    expect(await pay()).toBe('complete');
  });

  test('what makes no sense is refused, and changes nothing', async () => {
    await expect(playground.partition(['a'], ['a', 'b'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.partition(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.partition(['x'])).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.link('a', 'a', { latencyMs: 1 })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await playground.status()).background).toEqual([]);
  });

  const at = usePlaygroundFolders();
  test('on the command line: status tells, and nothing of it outlives down', async () => {
    await at.json('up', ...flags);
    await at.json('fund-and-channel');
    const link = await at.json('link', 'l1', 'l2', '--latency', '20ms', '--jitter', '5ms', '--drop', '1%');
    expect(link).toMatchObject({ latency_ms: 20, jitter_ms: 5, drop_percent: 1, down: false });
    expect(await at.json('partition', 'l1 | l2')).toEqual({ partition: [['l1'], ['l2']] });
    expect((await at.status()).background).toMatchObject([
      { name: 'links', summary: 'l1 | l2; l1–l2 20ms ±5ms, 1% cut', problem: null },
    ]);
    const again = await runCli(['link', 'l1', 'l2', '--latency', '30ms', '--dir', at.dir]);
    expect(again).toMatchObject({ code: 0, stdout: '✔ l1–l2 30ms, until `ln-play link l1 l2`\n' });
    const shown = await runCli(['status', '--dir', at.dir]);
    expect(shown.stdout).toContain('l1 | l2; l1–l2 30ms  until `ln-play down`\n');
    expect((await runCli(['link', 'l1', 'l2', '--drop', '101', '--dir', at.dir])).code).toBe(2);
    await at.json('down');
    expect(await leftovers(at.dir)).toEqual([]);
    await at.json('up');
    expect((await at.status()).background).toEqual([]);
    await at.json('pay-demo');
    expect(await at.json('heal')).toEqual({ healed: 'partition' });
  });
});
