import { Playground } from 'ln-play';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, invoice } from './embedded/nodes.js';
import { describeEach, useTemporaryFolder } from './support.js';

type LightningNode = Playground['nodes'][number];

/** What a method refuses, in a node's own words. */
const refused = (message: RegExp | string) => ({
  rpcCode: expect.any(Number) as number,
  message: (typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message)) as string,
});

describeEach((_implementation, options) => {
  useTemporaryFolder();
  let playground: Playground;
  let l1: LightningNode;
  let l2: LightningNode;

  beforeAll(async () => {
    playground = await Playground.start(options);
    [l1, l2] = playground.nodes as [LightningNode, LightningNode];
    await playground.fundAndChannel({ from: l2, to: l1 });
  });
  afterAll(async () => await playground.dispose());

  describe('an invoice', () => {
    test('has a description of up to 639 bytes, and a longer one as its hash alone', async () => {
      const describedBy = (bytes: number, more: object = {}) =>
        invoice(l1, 1000, { description: 'é'.repeat(bytes / 2) + 'x'.repeat(bytes % 2), ...more });
      const { description } = await l2.rpc.call('decode', [await describedBy(639)]);
      expect(Buffer.byteLength(description ?? '')).toBe(639);
      for (const bytes of [640, 1023, 1024])
        await expect(describedBy(bytes)).rejects.toMatchObject({
          ...refused(`Description greater than 639 bytes invalid (description length ${bytes})`),
          rpcCode: -32602,
        });
      expect(await describedBy(1023, { deschashonly: true })).toMatch(/^lnbcrt/);
    });

    test('has a label of up to 128 bytes', async () => {
      const labelled = (bytes: number) => invoice(l1, 1000, { label: 'x'.repeat(bytes) });
      expect(await labelled(128)).toMatch(/^lnbcrt/);
      await expect(labelled(129)).rejects.toMatchObject({ ...refused('over 128 bytes'), rpcCode: -32602 });
    });

    test('of one’s own is paid', async () => {
      for (const method of ['xpay', 'pay']) {
        const bolt11 = await invoice(l1, 7_000);
        const paid = await l1.rpc.call(method, [bolt11]);
        expect(paid).toMatchObject({ amount_msat: 7_000, amount_sent_msat: 7_000 });
        const { invoices } = await l1.rpc.call('listinvoices', { invstring: bolt11 });
        const { payment_preimage: preimage } = paid as { payment_preimage: string };
        expect(invoices).toMatchObject([{ status: 'paid', amount_received_msat: 7_000, payment_preimage: preimage }]);
        expect(await l1.rpc.call('listpays', [bolt11])).toMatchObject({ pays: [{ status: 'complete', preimage }] });
        // one that is paid is told again
        expect(await l1.rpc.call('pay', [bolt11])).toMatchObject({ payment_preimage: preimage });
      }
    });

    test('names the addresses to fall back on', async () => {
      const types = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'];
      const { rpc } = playground.bitcoind;
      const addresses = await Promise.all(types.map((type) => rpc.call<string>('getnewaddress', ['', type], 'faucet')));
      const scripts = await Promise.all(
        addresses.map(
          async (address) => (await rpc.call<{ scriptPubKey: string }>('validateaddress', [address])).scriptPubKey,
        ),
      );
      const { fallbacks } = (await l1.rpc.call('decode', [await invoice(l1, 1_000, { fallbacks: addresses })])) as {
        fallbacks?: object[];
      };
      expect(fallbacks).toEqual(
        ['P2PKH', 'P2SH', 'P2WPKH', 'P2TR'].map((type, i) => ({ type, addr: addresses[i], hex: scripts[i] })),
      );
      await expect(invoice(l1, 1_000, { fallbacks: ['nowhere'] })).rejects.toMatchObject(
        refused('Fallback address not valid'),
      );
    });

    test('that is paid is not paid again by xpay', async () => {
      const bolt11 = await invoice(l1, 1_000);
      await l2.rpc.call('xpay', [bolt11]);
      await expect(l2.rpc.call('xpay', [bolt11])).rejects.toMatchObject({
        ...refused('Already paid this invoice successfully'),
        rpcCode: 219,
      });
    });
  });

  test('listpeerchannels takes one selector', async () => {
    const { channels } = await l1.rpc.call('listpeerchannels');
    const { peer_id: id, channel_id: channel, short_channel_id: scid } = channels[0]!;
    const only = 'Must not specify more than one of short_channel_id, channel_id or id';
    for (const selectors of [
      { id, channel_id: channel },
      { id, short_channel_id: scid },
      { short_channel_id: scid, channel_id: channel },
    ])
      await expect(l1.rpc.call('listpeerchannels', selectors)).rejects.toMatchObject({
        ...refused(only),
        rpcCode: -32602,
      });
  });

  test('dust is called dust, and leaves no coin set aside', async () => {
    const { bech32 } = await l1.rpc.call('newaddr', ['bech32']);
    await expect(l2.rpc.call('withdraw', [bech32, '293sat'])).rejects.toMatchObject(refused(/dust/));
    await expect(l2.rpc.call('fundchannel', [await idOf(l1), '100sat'])).rejects.toMatchObject(refused(/dust/));
    expect((await l2.rpc.call('listfunds')).outputs.filter(({ reserved }) => reserved)).toEqual([]);
    expect(await l2.rpc.call('withdraw', [bech32, '294sat'])).toHaveProperty('txid');
  });

  test('a host that does not resolve is refused, though the peer is connected', async () => {
    const id = await idOf(l1);
    await expect(l2.rpc.call('connect', [`${id}@nosuch.invalid:123`])).rejects.toMatchObject(
      refused('Host nosuch.invalid:123 not valid: '),
    );
  });

  test('xpay refuses a layer that there is not', async () => {
    const bolt11 = await invoice(l1, 1000);
    await expect(l2.rpc.call('xpay', { invstring: bolt11, layers: ['nosuch'] })).rejects.toMatchObject({
      ...refused('unknown layer'),
      rpcCode: -32602,
    });
  });
});
