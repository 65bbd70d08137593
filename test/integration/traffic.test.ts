import { Playground, readSimJson, type TrafficPayment } from 'ln-play';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, describe } from 'vitest';
import { sendSignal } from '../../src/process/signal.js';
import { describeEach, useTemporaryFolder } from './support.js';

const read = async (traffic: AsyncIterable<TrafficPayment>): Promise<TrafficPayment[]> => {
  const payments: TrafficPayment[] = [];
  for await (const payment of traffic) payments.push(payment);
  return payments.sort((a, b) => a.number - b.number);
};

describeEach((_implementation, options) => {
  const folder = useTemporaryFolder();

  describe('a line of three', () => {
    let playground: Playground;
    beforeAll(async () => {
      playground = await Playground.start({ ...options, nodes: 3 });
      const [l1, l2, l3] = playground.nodes;
      await playground.fundAndChannel({ from: l2, to: l1 });
      await playground.openChannel(l2, l3!, { capacitySat: 4_000_000n });
      await playground.mine(6);
    });
    afterAll(() => playground?.dispose());

    test('one without a balance can pay nothing, and it is said why', async () => {
      const activities = [{ from: 'l1', to: 'l2', amountMsat: 500_000_000n, everyMs: 20 }];
      const traffic = playground.traffic({ activities, count: 3 });
      for (const payment of await read(traffic))
        expect(payment).toMatchObject({ status: 'failed', reason: 'insufficient_funds' });
      expect(traffic.stats.summary()).toMatchObject({ sent: 3, paid: 0, failedBy: [['insufficient_funds', 3]] });
    });

    test.each([{ keysend: false }, { keysend: true }])('rows: %o', async ({ keysend }) => {
      const activities = [
        { from: 'l2', to: 'l1', amountMsat: 100_000n, everyMs: 50 },
        { from: 'l2', to: 'l3', amountMsat: [1_000n, 2_000n] as const, everyMs: 70, count: 2 },
      ];
      const [before] = await playground.node('l1').channels();
      const traffic = playground.traffic({ activities, count: 6, keysend });
      const payments = await read(traffic);
      expect(payments.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'paid'));
      expect(payments.map(({ to }) => to)).toEqual(['l1', 'l3', 'l1', 'l3', 'l1', 'l1']);
      expect(traffic.end).toBe('done');
      await playground.settle();
      const [after] = await playground.node('l1').channels();
      expect(after!.oursMsat - before!.oursMsat).toBe(400_000n);
      const { sent, paid, amountMsat, medianMs, p95Ms } = traffic.stats.summary();
      expect({ sent, paid }).toEqual({ sent: 6, paid: 6 });
      expect(amountMsat).toBe(payments.reduce((sum, payment) => sum + payment.amountMsat, 0n));
      expect(medianMs).toBeLessThanOrEqual(p95Ms!);
    });

    test('a seed repeats who pays whom how much', async () => {
      const paymentsOf = async (seed: number) => {
        const payments = await read(playground.traffic({ activities: [{ perSecond: 50 }], count: 8, seed }));
        return payments.map(({ from, to, amountMsat }) => ({ from, to, amountMsat }));
      };
      const first = await paymentsOf(3);
      expect(await paymentsOf(3)).toEqual(first);
      expect(await paymentsOf(4)).not.toEqual(first);
    });

    test("sim-ln's sim.json, with nodes by name and id", async () => {
      const file = join(folder.path, 'sim.json');
      const sim = {
        nodes: [{ id: 'L2', address: 'localhost:1', macaroon: '', cert: '' }, { id: await playground.node('l3').id() }],
        activity: [
          {
            source: 'l2',
            destination: await playground.node('l1').id(),
            interval_secs: 0,
            amount_msat: 2000,
            count: 2,
          },
        ],
      };
      await writeFile(file, JSON.stringify(sim));
      const activities = await readSimJson(file, playground.nodes);
      expect(await read(playground.traffic({ activities }))).toMatchObject(
        [1, 2].map((number) => ({ number, from: 'l2', to: 'l1', amountMsat: 2_000n, status: 'paid' })),
      );
      await expect(readSimJson(`${file}.not`, playground.nodes)).rejects.toMatchObject({ code: 'FILESYSTEM' });
      await writeFile(file, '{ "nodes": [');
      await expect(readSimJson(file, playground.nodes)).rejects.toMatchObject({ code: 'INVALID' });
    });
  });

  describe('two nodes', () => {
    let playground: Playground;
    const BUSY = { activities: [{ from: 'l2', to: 'l1', amountMsat: 1_000n, everyMs: 30 }], paymentTimeoutMs: 5_000 };
    beforeEach(async () => {
      playground = await Playground.start(options);
    });
    afterEach(() => playground?.dispose());

    test('without a channel there is no traffic', async () => {
      await expect(read(playground.traffic())).rejects.toMatchObject({
        code: 'STATE',
        message: 'There is no channel that could carry a payment',
      });
    });

    test.each(['l1', 'l2'])('the death of %s is survived: payments fail until it is back', async (name) => {
      const [l1, l2] = playground.nodes;
      await playground.fundAndChannel({ from: l2, to: l1 });
      const victim = playground.node(name).daemon;
      let again: Promise<boolean> | undefined;
      let isBack = false;
      const seen = new Set<string>();
      for await (const payment of playground.traffic(BUSY)) {
        if (payment.status === 'failed') {
          seen.add(payment.reason);
          if (payment.reason.endsWith('_down'))
            again ??= Playground.up({ dir: playground.dir }).then(() => (isBack = true));
        } else if (isBack) break;
        else if (!again && victim.pid !== undefined) sendSignal(victim.pid, 'SIGKILL');
      }
      await again;
      expect([...seen]).toContain(name === 'l1' ? 'payee_down' : 'payer_down');
    });

    test('it ends by itself when the playground goes', async () => {
      const [l1, l2] = playground.nodes;
      await playground.fundAndChannel({ from: l2, to: l1 });
      const traffic = playground.traffic(BUSY);
      let destroyed: Promise<void> | undefined;
      for await (const _payment of traffic)
        destroyed ??= Playground.open(playground.dir).then((other) => other.destroy());
      await destroyed;
      expect(traffic.end).toBe('gone');
    });
  });
});
