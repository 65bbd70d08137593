import { beforeAll, describe, expect, test } from 'vitest';
import { FIRST_BLOCKS } from '../../src/daemons/first-blocks.js';
import { Playground } from '../../src/network/playground.js';
import type { Reorg } from '../../src/network/weather/reorg.js';
import { waitForUsable } from '../../src/network/waits.js';
import { describeEach, runCli, usePlaygroundFolders, useTemporaryFolder } from './support.js';

const SAT = 1_000n;

describeEach((implementation, { lightningd, flags }) => {
  useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start({ lightningd, nodes: ['a', 'b'] });
    return async () => await playground.dispose();
  });

  async function tips(): Promise<unknown[]> {
    return await Promise.all(playground.nodes.map((node) => node.tip()));
  }

  test('all nodes are on the new chain, by its hash', async () => {
    await playground.mine(4);
    const [before] = await tips();
    const { blockheight, blockhash, replaced, mined } = await playground.reorg(3, { longerBy: 2 });
    expect({ replaced, mined }).toEqual({ replaced: 3, mined: 5 });
    expect(blockheight).toBe((before as { height: number }).height + 2);
    expect(await tips()).toEqual([
      { height: blockheight, hash: blockhash },
      { height: blockheight, hash: blockhash },
    ]);
  });

  test('the first blocks stay, and nothing changes where it is refused', async () => {
    const [before] = await tips();
    const { height } = before as { height: number };
    await expect(playground.reorg(height - FIRST_BLOCKS + 1)).rejects.toMatchObject({
      code: 'INVALID',
      hint: `replace at most ${height - FIRST_BLOCKS}, or mine more before`,
    });
    await expect(playground.reorg(1, { longerBy: 0 })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.reorg(1, { drop: ['00'] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.reorg(1, { drop: ['00'], keepMempool: true })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await tips())[0]).toEqual(before);
  });

  test('a transaction is mined again, kept in the mempool, or double-spent', async () => {
    const [a] = playground.nodes;
    const txid = await playground.fund(a, 1_000_000n);
    const place = ({ transactions }: Reorg) => Object.entries(transactions).find(([, ids]) => ids.includes(txid))?.[0];
    expect(place(await playground.reorg(1))).toBe('mined');
    expect(place(await playground.reorg(2, { keepMempool: true }))).toBe('mempool');
    await playground.mine(1);
    expect(place(await playground.reorg(1))).toBe('mined');
  });

  test('during an opening: the channel opens', async () => {
    const [a, b] = playground.nodes;
    await playground.fund(a, 10_000_000n);
    await playground.connect(a, b);
    const { channelId, fundingTxid } = await a.open(await b.id(), { capacitySat: 1_000_000n, feerate: '253perkw' });
    const { transactions } = await playground.reorg(1);
    // what funds the opener; the last of the new blocks has the channel's own
    expect(transactions.mined).not.toContain(fundingTxid);
    expect(transactions.mined).toHaveLength(1);
    await Promise.all([a, b].map((node) => waitForUsable(node, channelId, playground.wait)));
    await playground.payDemo({ from: a, to: b, amountMsat: 20_000n * SAT });
  });

  // what Core Lightning makes of a channel that it has accepted
  const AFTER = { embedded: ['normal', 'normal'], cln: ['closing', 'closing'] } as const;

  test('each end of a channel whose funding was in the blocks is told of', async () => {
    const [a, b] = playground.nodes;
    await playground.mine(6);
    const { channelId, shortChannelId } = await playground.openChannel(a, b, {
      capacitySat: 1_000_000n,
      feerate: '253perkw',
    });
    const { channels } = await playground.reorg(1);
    const before = { short_channel_id: shortChannelId, phase: 'normal' };
    expect(channels).toMatchObject([{ channel_id: channelId, funding: 'mined', ends: [{ before }, { before }] }]);
    expect(channels[0]!.ends.map(({ node, after }) => [node, after?.phase])).toEqual([
      ['a', AFTER[implementation][0]],
      ['b', AFTER[implementation][1]],
    ]);
  });

  // Core Lightning goes on counting such a coin as its own, so this comes last
  test('a transaction of the faucet that is dropped is gone, with what spends from it; another waits', async () => {
    const [a] = playground.nodes;
    const txid = await playground.fund(a, 1_000_000n);
    const to = await playground.faucet.freshAddress();
    const child = await playground.faucet.send(to, 4_900_000_000n); // of change, at least in part
    await playground.mine(1);
    expect((await playground.reorg(2, { drop: [txid] })).transactions.gone).toContain(txid);
    expect(await playground.bitcoind.call('gettxout', [txid, 0])).toBe(null);
    const known = await playground.bitcoind.call<string[]>('getrawmempool');
    expect(known).not.toContain(txid);
    expect(known.filter((each) => each !== child)).toEqual([]);
  });

  describe('on the command line', () => {
    const at = usePlaygroundFolders();
    test('it is told in words and in JSON', async () => {
      await at.json('up', ...flags);
      await at.json('mine', '3');
      const reorg = await at.json<Reorg>('reorg', '2');
      expect(reorg).toMatchObject({ replaced: 2, mined: 3, channels: [], transactions: { mined: [] } });
      const { code, stdout } = await runCli(['reorg', '--dir', at.dir]);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `✔ 1 block replaced by 2: every node is at block ${reorg.blockheight + 1}\n`,
      });
      expect((await runCli(['reorg', '99', '--dir', at.dir])).code).toBe(1);
      expect((await runCli(['reorg', 'x', '--dir', at.dir])).code).toBe(2);
    });
  });
});
