import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Playground } from 'ln-play';
import { expect, test } from 'vitest';
import { describeEach, usePlaygroundFolders } from './support.js';

const DAY_S = 86_400;
const MOCKTIME = /^mocktime=.*\n/m;
const paid = { invoice: { status: 'paid' } };

describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();

  /** A playground all of whose blocks are so old, though it has only just been made. */
  async function upLongAgo(ageS: number): Promise<void> {
    await at.json('up', '--cold', '--nodes', '1', ...flags);
    const text = await readFile(join(at.dir, 'bitcoin', 'bitcoin.conf'), 'utf8');
    await at.json('destroy', '--yes');
    at.next();
    await mkdir(join(at.dir, 'bitcoin'), { recursive: true, mode: 0o700 });
    const conf = join(at.dir, 'bitcoin', 'bitcoin.conf');
    const then = Math.floor(Date.now() / 1000) - ageS;
    await writeFile(conf, `mocktime=${then}\n${text}`, { mode: 0o600 });
    await at.json('up', '--cold', ...flags);
    await at.json('fund-and-channel');
    await at.json('pay-demo', '--amount', '100000sat');
    // its clock is right again at its next start
    await writeFile(conf, (await readFile(conf, 'utf8')).replace(MOCKTIME, ''));
  }

  /** Whether nobody waits for the rest of the chain. */
  async function isInSync(): Promise<void> {
    const playground = await Playground.open(at.dir);
    const info = await playground.bitcoind.call<{ initialblockdownload: boolean; blocks: number }>('getblockchaininfo');
    expect(info.initialblockdownload).toBe(false);
    for (const { name, rpc } of playground.nodes) {
      const { warning_bitcoind_sync, warning_lightningd_sync, blockheight } = (await rpc.call('getinfo' as string)) as {
        [name: string]: unknown;
      };
      expect({ name, warning_bitcoind_sync, warning_lightningd_sync, blockheight }).toEqual({
        name,
        blockheight: info.blocks,
      });
    }
  }

  test.each([
    ['a day', 1],
    ['a week', 7],
  ])(
    'put back, begun from or reverted to, a snapshot whose last block is older than %s pays at once',
    async (_, days) => {
      await upLongAgo(days * DAY_S + 3600);
      await at.json('snapshot', 'save', 'old');
      const file = join(at.folder, `${days}.tar.gz`);
      await at.json('snapshot', 'export', 'old', file);
      const copied = join(at.folder, `saved ${days}`);
      await cp(join(at.dir, '.snapshots', 'old'), copied, { recursive: true });
      const opened = await Playground.open(at.dir);
      const tip = await opened.bitcoind.call<string>('getbestblockhash');
      const { time } = await opened.bitcoind.call<{ time: number }>('getblockheader', [tip]);
      expect(Date.now() / 1000 - time).toBeGreaterThan(days * DAY_S);

      await at.json('snapshot', 'restore', 'old', '--yes');
      expect(await at.json('pay-demo')).toMatchObject(paid);
      await isInSync();
      expect(await at.json('pay-demo', '--from', 'l1', '--to', 'l2', '--amount', '5sat')).toMatchObject(paid);
      expect(await at.json('open', 'l2', 'l1', '0.001btc')).toMatchObject({ from: 'l2' });

      const playground = await Playground.open(at.dir);
      await playground.revert('old');
      const [l1, l2] = playground.nodes;
      expect((await playground.payDemo({ from: l2, to: l1 })).payment.status).toBe('complete');
      await isInSync();
      await at.json('destroy', '--yes');

      for (const from of [file, copied]) {
        at.next();
        await at.json('up', '--from', from, ...flags);
        expect(await at.json('pay-demo')).toMatchObject(paid);
        await isInSync();
        await at.json('destroy', '--yes');
      }
    },
    400_000,
  );
});
