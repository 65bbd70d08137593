import { beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Implementation } from '../../src/daemons/implementation.js';
import { Playground } from '../../src/network/playground.js';
import { waitForUsable } from '../../src/network/waits.js';
import { describeMixed, useTemporaryFolder } from './support.js';

/** commit-feerate-offset of lightningd-config(5), in perkw: so much more an opener offers. */
const OFFSET: { readonly [I in Implementation]: number } = { cln: 5, embedded: 0 };

/** The weather between a node of one implementation, which opens the channel, and one of the other. */
describeMixed((kinds, nodes) => {
  useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start({ nodes });
    const [a, b] = playground.nodes;
    expect([a, b].map(({ implementation }) => implementation)).toEqual([kinds.a, kinds.b]);
    await playground.fundAndChannel({ from: a, to: b });
    return async () => await playground.dispose();
  });

  /** There and back. */
  const payBothWays = async (): Promise<void> => {
    const [a, b] = playground.nodes;
    expect((await playground.payDemo({ from: a, to: b, amountMsat: 500_000_000n })).payment.status).toBe('complete');
    expect((await playground.payDemo({ from: b, to: a, amountMsat: 100_000_000n })).payment.status).toBe('complete');
  };

  test('feerates go up and down: the commitment follows, and payments arrive both ways', async () => {
    await payBothWays();
    for (const perKw of [5_000, 30_000, 2_000, 10_000, 253]) {
      await playground.setFeerates(perKw);
      const wanted = perKw + OFFSET[kinds.a];
      await Promise.all(
        playground.nodes.map((node) =>
          waitFor(`${node.name} to have a commitment at ${wanted}perkw`, async () => {
            const { channels } = await node.rpc.call('listpeerchannels');
            const now = (channels as { feerate?: { perkw: number } }[]).map(({ feerate }) => feerate?.perkw).join();
            return now === String(wanted) ? { done: undefined } : { seen: `${now}perkw` };
          }),
        ),
      );
      await payBothWays();
    }
    await playground.setFeerates(undefined);
    await payBothWays();
  });

  test.each(['a', 'b'])(
    'a payment that %s waits for stays under way across a partition, and arrives',
    async (payee) => {
      const to = playground.node(payee);
      const from = playground.nodes.find((node) => node !== to)!;
      const { bolt11, paymentHash } = await to.invoice(10_000n);
      await playground.freeze(payee); // so that the payment gets as far as its channel, and no farther
      const paying = from.pay(bolt11);
      paying.catch(() => {}); // it is awaited below
      await waitFor('the payment to be under way', async () => {
        const now = (await from.payment(paymentHash))?.status;
        return now === 'pending' ? { done: undefined } : { seen: String(now) };
      });
      await playground.partition(['a'], ['b']);
      await playground.thaw(payee);
      await waitFor('the two to be apart', async () => {
        const peers = await Promise.all([from.peer(await to.id()), to.peer(await from.id())]);
        return peers.some((peer) => peer?.connected) ? { seen: 'connected' } : { done: undefined };
      });
      expect((await from.payment(paymentHash))?.status).toBe('pending');
      await playground.heal();
      expect((await paying).status).toBe('complete');
      expect((await to.invoiceByHash(paymentHash))?.status).toBe('paid');
      await payBothWays();
    },
  );

  test('a reorganisation during an opening: the channel opens', async () => {
    const [a, b] = playground.nodes;
    await playground.mine(6);
    const { channelId } = await a.open(await b.id(), { capacitySat: 1_000_000n, feerate: '253perkw' });
    await playground.reorg(2);
    await Promise.all([a, b].map((node) => waitForUsable(node, channelId, playground.wait)));
    await payBothWays();
  });

  test.each(['a', 'b'])('payments in the background go on after a crash of %s', async (name) => {
    const counts = async () => {
      const { background } = await playground.status();
      return background.find((section) => section.name === 'traffic')!.details as { paid: number; failed: number };
    };
    const until = async (what: string, is: (now: { paid: number; failed: number }) => boolean): Promise<void> =>
      await waitFor(what, async () => {
        const now = await counts();
        return is(now) ? { done: undefined } : { seen: JSON.stringify(now) };
      });
    await playground.trafficInBackground({
      activities: [
        { from: 'a', to: 'b', amountMsat: 2_000n, everyMs: 100 },
        { from: 'b', to: 'a', amountMsat: 1_000n, everyMs: 100 },
      ],
    });
    await until('payments', ({ paid }) => paid > 4);
    await playground.crash(name);
    const { failed } = await counts();
    await until('failures', (now) => now.failed > failed);
    expect(await playground.heal({ all: true })).toMatchObject({ started: [name] });
    const { paid } = await counts();
    await until('more payments', (now) => now.paid > paid + 4);
    expect(await playground.stopTraffic()).toBe(true);
    await playground.settle();
    await payBothWays();
  });
});
