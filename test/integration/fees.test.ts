import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Implementation } from '../../src/daemons/implementation.js';
import { Playground } from '../../src/network/playground.js';
import { describeEach, runCli, usePlaygroundFolders } from './support.js';

interface Shown {
  readonly set: unknown;
  readonly nodes: readonly {
    readonly estimates: readonly { readonly blockcount: number; readonly feerate_perkw: number }[];
  }[];
}

/** commit-feerate-offset of lightningd-config(5), in perkw: so much more an opener offers. */
const OFFSET: { readonly [I in Implementation]: number } = { cln: 5, embedded: 0 };

/** What nodes take for bitcoind's estimates and pace, as somebody sets it while they run; and blocks of one's choice. */
describeEach((implementation, { flags }) => {
  const folders = usePlaygroundFolders();
  const { json, status } = folders;
  const env = () => ({ LN_PLAY_DIR: folders.dir });
  const feeratesOf = ({ nodes }: Shown) =>
    nodes.map(({ estimates }) => estimates.map((each) => [each.blockcount, each.feerate_perkw]));

  test('feerates are seen by every node, for all or by blocks, until --auto, heal --all or down', async () => {
    await json('up', ...flags);
    const before = feeratesOf(await json<Shown>('feerate'));
    expect(before).toHaveLength(2);

    const all = [2, 6, 12, 100].map((blocks) => [blocks, 5_000]);
    expect(feeratesOf(await json<Shown>('feerate', '5000perkw'))).toEqual([all, all]);
    const { perkw } = await json<{ perkw: Record<string, number> }>('cli', 'l1', 'feerates', 'perkw');
    expect(perkw).toMatchObject({ opening: 5_000, mutual_close: 5_000, unilateral_close: 5_000, penalty: 5_000 });
    expect((await status()).background).toMatchObject([{ name: 'feerates', from: 'hand', summary: '5000perkw' }]);

    const two = [
      [2, 10_000],
      [100, 500],
    ];
    expect(feeratesOf(await json<Shown>('feerate', '--2', '10000perkw', '--100', '500perkw'))).toEqual([two, two]);
    await json('restart', 'l1');
    expect(feeratesOf(await json<Shown>('feerate'))).toEqual([two, two]);

    const untilBefore = async (): Promise<void> =>
      await waitFor('the feerates to be as before', async () => {
        const now = feeratesOf(await json<Shown>('feerate'));
        return JSON.stringify(now) === JSON.stringify(before) ? { done: undefined } : { seen: JSON.stringify(now) };
      });
    expect(await json('feerate', '--auto')).toMatchObject({ set: null });
    await untilBefore();
    await json('feerate', '5000perkw');
    await json('heal', '--all');
    expect((await status()).background).toEqual([]);
    await untilBefore();
    await json('feerate', '5000perkw');
    await json('down');
    await json('up');
    await untilBefore();
  });

  test('the commitment of a channel follows the feerates that its opener sees', async () => {
    await json('up', ...flags);
    await json('fund-and-channel');
    const playground = await Playground.open(folders.dir);
    const commitment = async (): Promise<number> => {
      const { channels } = await json<{ channels: { feerate: { perkw: number } }[] }>('cli', 'l2', 'listpeerchannels');
      return channels[0]!.feerate.perkw;
    };
    // Core Lightning offers no other feerate before a channel's first commitment
    await playground.payDemo({ from: playground.node('l2'), to: playground.node('l1') });
    for (const perKw of [5_000, 20_000, 2_000]) {
      await playground.setFeerates(perKw);
      const wanted = perKw + OFFSET[implementation];
      await waitFor(`a commitment at ${wanted}perkw`, async () => {
        const now = await commitment();
        return now === wanted ? { done: undefined } : { seen: `${now}perkw` };
      });
    }
    const [l1, l2] = playground.nodes;
    await playground.payDemo({ from: l2, to: l1, amountMsat: 500_000_000n });
    await playground.payDemo({ from: l1, to: l2, amountMsat: 100_000_000n });
    await playground.closeChannel(playground.node('l2'), playground.node('l1'));
    playground.bitcoind.close();
    for (const node of playground.nodes) node.disconnect();
  });

  test('a slow bitcoind is slow for the nodes, while they run', async () => {
    await json('up', ...flags);
    const playground = await Playground.open(folders.dir);
    /** How long the nodes take to see a block, in ms. */
    const mined = async (): Promise<number> => {
      const from = performance.now();
      await playground.mine(1);
      return performance.now() - from;
    };
    await json('slow-bitcoind', '700ms');
    expect((await status()).background).toMatchObject([{ name: 'slowBitcoind', details: { delay_ms: 700 } }]);
    await mined(); // a question that was held since before
    expect(await mined()).toBeGreaterThanOrEqual(700);
    expect(await json('slow-bitcoind', '0')).toEqual({ delay_ms: 0 });
    expect((await status()).background).toEqual([]);
    playground.bitcoind.close();
    for (const node of playground.nodes) node.disconnect();
  });

  test('blocks to a height, until a transaction is in, without any, and to an address', async () => {
    await json('up', ...flags);
    const { blocks: height } = (await status()).bitcoind;
    expect(await json('mine', '--to-height', String(height! + 3))).toEqual({ blocks: 3, blockheight: height! + 3 });
    expect(await json('mine', '--to-height', String(height! + 3))).toMatchObject({ blocks: 0 });

    const playground = await Playground.open(folders.dir);
    const address = await playground.node('l1').newAddress();
    const txid = await playground.faucet.send(address, 100_000n);
    await json('mine', '2', '--empty');
    expect(await playground.bitcoind.rpc.call('getrawmempool')).toEqual([txid]);
    expect(await json('mine', '--until-confirmed', txid, '--confirmations', '2')).toMatchObject({ blocks: 2 });
    expect(await json('mine', '--until-confirmed', txid)).toMatchObject({ blocks: 0 });

    await json('mine', '--address', address);
    const hash = await playground.bitcoind.rpc.call('getbestblockhash');
    const { tx } = await playground.bitcoind.rpc.call<{ tx: { vout: { scriptPubKey: { address?: string } }[] }[] }>(
      'getblock',
      [hash, 2],
    );
    expect(tx[0]!.vout[0]!.scriptPubKey.address).toBe(address);
    playground.bitcoind.close();
    for (const node of playground.nodes) node.disconnect();
  });

  if (implementation === 'embedded')
    test('what cannot be is refused, and changes nothing', async () => {
      await json('up', ...flags);
      const wrong: readonly (readonly string[])[] = [
        ['feerate', '252perkw'],
        ['feerate', '2500001perkw'],
        ['feerate', 'normal'],
        ['feerate', '5000perkw', '--2', '5000perkw'],
        ['feerate', '5000perkw', '--auto'],
        ['feerate', '--2', '500perkw', '--100', '5000perkw'],
        ['slow-bitcoind', '5'],
        ['slow-bitcoind', '2h'],
        ['mine', '3', '--to-height', '200'],
        ['mine', '--empty', '--until-confirmed', '00'.repeat(32)],
        ['mine', '--confirmations', '2'],
        ['mine', '--until-confirmed', 'tx'],
        ['mine', '--stop', '--empty'],
      ];
      for (const args of wrong) {
        const { code, stderr } = await runCli(args, { env: env() });
        expect({ args, code }).toEqual({ args, code: 2 });
        expect(stderr).toContain('hint:');
      }
      for (const args of [
        ['mine', '--to-height', '5'],
        ['mine', '--until-confirmed', '00'.repeat(32)],
        ['mine', '--address', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq'],
        ['mine', '--every', '1s', '--address', 'nowhere'],
      ])
        expect({ args, code: (await runCli(args, { env: env() })).code }).toEqual({ args, code: 1 });
      expect((await status()).background).toEqual([]);
    });
});
