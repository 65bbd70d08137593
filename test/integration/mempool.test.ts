import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { Playground } from '../../src/network/playground.js';
import { describeEach, runCli, RunningCli, usePlaygroundFolders, useTemporaryFolder } from './support.js';

const BLOCK_VBYTES = 998_000;

interface MempoolInfo {
  readonly size: number;
  readonly bytes: number;
  readonly mempoolminfee: number;
}

const mempool = async ({ bitcoind }: Playground): Promise<readonly string[]> =>
  await bitcoind.call<readonly string[]>('getrawmempool');

/** Has the faucet pay itself, at so many sat/vB. @returns the txid */
async function send({ bitcoind, faucet }: Playground, satPerVbyte: number): Promise<string> {
  const address = await faucet.freshAddress();
  return await bitcoind.call('sendtoaddress', { address, amount: 0.1, fee_rate: satPerVbyte }, faucet.wallet);
}

/** All that the faucet has, also what it may spend only later, in sat. */
async function wealth({ bitcoind, faucet }: Playground): Promise<number> {
  const { mine } = await bitcoind.call<{ mine: { [kind: string]: number } }>('getbalances', [], faucet.wallet);
  return Math.round((mine['trusted']! + mine['untrusted_pending']! + mine['immature']!) * 1e8);
}

describeEach((_implementation, { lightningd, flags }) => {
  useTemporaryFolder();
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.start({ lightningd });
    return async () => await playground.dispose();
  });
  const info = async (): Promise<MempoolInfo> => await playground.bitcoind.call('getmempoolinfo');

  test('who pays less waits for so many blocks, who pays more does not', async () => {
    const { mempoolminfee } = await info();
    const low = await send(playground, 19);
    const { transactions, vbytes } = await playground.fillMempool(2, 5_000);
    expect(vbytes).toBeGreaterThan(2 * BLOCK_VBYTES);
    expect(await info()).toMatchObject({ size: transactions + 1, mempoolminfee });
    const high = await send(playground, 30);
    for (const left of [2, 1]) {
      await playground.mine(1);
      const waiting = await mempool(playground);
      expect({ left, low: waiting.includes(low), high: waiting.includes(high) }).toEqual({ left, low: true, high: false }); // prettier-ignore
    }
    await playground.mine(2);
    expect(await mempool(playground)).toEqual([]);
    expect((await playground.status()).background).toEqual([]);
  });

  test('the faucet funds nodes meanwhile, the last blocks are replaced, and heal takes it back', async () => {
    const low = await send(playground, 2);
    const before = await wealth(playground);
    const { transactions } = await playground.fillMempool(2);
    expect((await playground.status()).background).toMatchObject([
      { name: 'mempool', from: 'hand', details: { blocks: 2, feerate_perkw: 5_000, transactions }, problem: null },
    ]);
    await playground.fund(playground.nodes[0], 1_000_000n);
    await playground.reorg(1);
    expect(await mempool(playground)).toContain(low);
    const { ended } = await playground.heal({ all: true });
    expect(ended).toEqual(['mempool']);
    expect(await mempool(playground)).toEqual([low]);
    expect((await playground.status()).background).toEqual([]);
    // every reward is more than what it has cost
    expect(await wealth(playground)).toBeGreaterThan(before);
    await playground.mine(1);
    expect(await mempool(playground)).toEqual([]);
  });

  test('it is filled anew in place of what was there, and a crash of bitcoind leaves nothing of it', async () => {
    await playground.fillMempool(2);
    const { transactions } = await playground.fillMempool(1, 20_000);
    expect(await mempool(playground)).toHaveLength(transactions);
    await playground.crash('bitcoind');
    await playground.heal({ all: true });
    expect(await mempool(playground)).toEqual([]);
    expect((await playground.status()).background).toEqual([]);
  });

  test('more than the faucet has is refused, and changes nothing', async () => {
    await expect(playground.fillMempool(100, 2_500_000)).rejects.toMatchObject({ code: 'INVALID' });
    await expect(playground.fillMempool(101)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(playground.fillMempool(1, 1)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await mempool(playground)).toEqual([]);
    expect((await playground.status()).background).toEqual([]);
  });

  describe('on the command line', () => {
    const at = usePlaygroundFolders();
    const open = async (): Promise<Playground> => await Playground.open(at.dir);
    const close = ({ bitcoind, nodes }: Playground): void => {
      bitcoind.close();
      for (const node of nodes) node.disconnect();
    };
    const many = ['fill-mempool', '60'];
    const untilHalfWay = async (playground: Playground): Promise<void> =>
      await waitFor('some of it to be there', async () => {
        const { length } = await mempool(playground);
        return length > 50 ? { done: undefined } : { seen: `${length} transactions` };
      });

    test('down and a snapshot leave nothing of it, and keep what else waits', async () => {
      await at.json('up', ...flags);
      const filled = await at.json('fill-mempool', '1', '--feerate', '20000perkb');
      expect(filled).toMatchObject({ blocks: 1, feerate_perkw: 5_000, transactions: 19 });
      let opened = await open();
      const low = await send(opened, 2);
      await at.json('snapshot', 'save', 'full');
      await at.json('down');
      close(opened);
      await at.json('up');
      opened = await open();
      expect(await mempool(opened)).toEqual([low]);
      await at.json('mine');
      await at.json('snapshot', 'restore', 'full', '--yes');
      close(opened);
      opened = await open();
      expect(await mempool(opened)).toEqual([low]);
      expect((await at.status()).background).toEqual([]);
      close(opened);
    });

    test('Ctrl-C in the middle takes all of it back; what kill -9 leaves, 0 does', async () => {
      await at.json('up', ...flags);
      const opened = await open();
      const before = await wealth(opened);
      const stopped = new RunningCli(many, { env: { LN_PLAY_DIR: at.dir } });
      await untilHalfWay(opened);
      stopped.signal('SIGINT');
      expect((await stopped.result).code).toBe(130);
      expect(await mempool(opened)).toEqual([]);
      expect((await at.status()).background).toEqual([]);

      const killed = new RunningCli(many, { env: { LN_PLAY_DIR: at.dir } });
      await untilHalfWay(opened);
      killed.signal('SIGKILL');
      await killed.result;
      expect((await at.status()).background).toMatchObject([{ name: 'mempool' }]);
      expect(await at.json('fill-mempool', '0')).toMatchObject({ blocks: 0, transactions: 0, vbytes: 0 });
      expect(await mempool(opened)).toEqual([]);
      expect(await wealth(opened)).toBeGreaterThan(before);
      await at.json('fund', 'l1', '400btc'); // no coin is held back
      close(opened);
    });

    test('what cannot be is refused', async () => {
      await at.json('up', ...flags);
      for (const args of [['101'], ['-1'], ['x'], ['--feerate', 'normal'], ['--feerate', '100perkw']]) {
        const { code } = await runCli(['fill-mempool', ...args], { env: { LN_PLAY_DIR: at.dir } });
        expect({ args, code }).toEqual({ args, code: 2 });
      }
      await at.json('down');
      expect((await runCli(['fill-mempool'], { env: { LN_PLAY_DIR: at.dir } })).code).toBe(1);
    });
  });
});
