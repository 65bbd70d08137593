import { Playground } from 'ln-play';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEach, useTemporaryFolder } from './support.js';

/** What a network asks of a node, of real ones. */
describeEach((implementation, options) => {
  useTemporaryFolder();
  let playground: Playground;
  const ends = () => {
    const [l1, l2] = playground.nodes;
    return { l1, l2 };
  };
  beforeAll(async () => {
    playground = await Playground.start(options);
  });
  afterAll(() => playground?.dispose());

  const best = () => playground.bitcoind.rpc.call<string>('getbestblockhash');

  test('who it is, and where', async () => {
    const { l1 } = ends();
    const id = await l1.id();
    expect(await l1.info()).toMatchObject({ id, alias: 'l1', peerCount: 1, listens: [`${playground.dir}/l1/peer`] });
    expect(await l1.address()).toBe(`${id}@${playground.dir}/l1/peer`);
    expect(l1).toMatchObject({ name: 'l1', implementation, folder: `${playground.dir}/l1` });
    expect(await l1.formerId()).toBe(id);
    expect(await l1.peer('02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333')).toBeUndefined();
    const { floorPerKw, estimates } = await l1.feerates();
    expect(floorPerKw).toBeGreaterThanOrEqual(250);
    for (const { blocks, perKw } of estimates) expect({ blocks, perKw }).toEqual({ blocks: expect.any(Number), perKw: expect.any(Number) }); // prettier-ignore
  });

  test('blocks that another chain replaces are waited for by their hash', async () => {
    await playground.mine(2);
    const { rpc } = playground.bitcoind;
    const stale = await best();
    const height = await rpc.call<number>('getblockcount');
    for (const { tip } of await Promise.all(playground.nodes.map(async (node) => ({ tip: await node.tip() }))))
      expect(tip).toEqual({ height, hash: stale });

    await rpc.call('invalidateblock', [stale]);
    const elsewhere = await rpc.call<string>('getnewaddress', [], playground.faucet.wallet); // the same would make the same block
    await rpc.call('generatetoaddress', [2, elsewhere]);
    expect(await playground.sync()).toBe(height + 1);
    for (const node of playground.nodes) expect(await node.tip()).toEqual({ height: height + 1, hash: await best() });
  });

  test('money, a channel, its policy, an invoice, a payment', async () => {
    const { l1, l2 } = ends();
    const txid = await playground.fund(l2, 10_000_000n);
    expect(await l2.funds()).toMatchObject([
      { txid, amountMsat: 10_000_000_000n, status: 'confirmed', reserved: false },
    ]);
    await expect(playground.openChannel(l2, l1, { capacitySat: 20_000_000n })).rejects.toMatchObject({
      code: 'INVALID',
      message: 'l2 cannot fund a channel of 0.2btc: its wallet has 0.1btc to spend',
    });

    const { channelId, shortChannelId } = await playground.openChannel(l2, l1, {
      capacitySat: 1_000_000n,
      announce: false,
    });
    const [channel] = await l2.channels(await l1.id());
    expect(channel).toMatchObject({
      id: channelId,
      shortChannelId,
      peer: await l1.id(),
      capacityMsat: 1_000_000_000n,
      oursMsat: 1_000_000_000n,
      phase: 'normal',
      usable: true,
      private: true,
      openedByUs: true,
    });
    expect(await l1.channels()).toMatchObject([{ id: channelId, oursMsat: 0n, private: true, openedByUs: false }]);
    await l2.setPolicy(channel!, { baseMsat: 7n, perMillion: 11 });
    const { channels } = await l2.rpc.call('listpeerchannels');
    expect(channels).toMatchObject([{ updates: { local: { fee_base_msat: 7, fee_proportional_millionths: 11 } } }]);

    const { bolt11, paymentHash, expiresAt } = await l1.invoice(5_000n, { description: 'tea' });
    expect(await l1.invoiceByHash(paymentHash)).toMatchObject({ status: 'unpaid', amountMsat: 5_000n });
    expect(await l2.decode(bolt11)).toMatchObject({ kind: 'bolt11', network: 'bcrt', payee: await l1.id(), paymentHash, amountMsat: 5_000n, expiresAt }); // prettier-ignore
    expect(await l2.payment(paymentHash)).toBeUndefined();
    const paid = await l2.pay(bolt11);
    expect(paid).toMatchObject({ status: 'complete', amountMsat: 5_000n, amount_msat: 5_000 });
    expect(paid.preimage).toBe(paid.payment_preimage);
    expect(await l2.payment(paymentHash)).toMatchObject({ status: 'complete' });
    expect(await l1.invoiceByHash(paymentHash)).toMatchObject({ status: 'paid', receivedMsat: 5_000n });
    expect(await l1.invoiceByHash('00'.repeat(32))).toBeUndefined();
    await expect(l2.pay(bolt11)).rejects.toMatchObject({ code: 'INVALID' });

    const closed = await playground.closeChannel(l2, l1);
    expect(closed).toMatchObject({ type: 'mutual', channel_id: channelId });
    expect((await l2.channels()).filter(({ phase }) => phase === 'normal')).toEqual([]);
  });
});
