import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, usePlaygroundFolders } from './support.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
/** The folder in which they were recorded; see test/fixtures/record.js. */
const RECORDED_IN = '/tmp/ln-play-recorded';

/** Playgrounds that earlier versions have left, with blocks of months ago: see test/fixtures/record.js. */
describeEach((implementation) => {
  const at = usePlaygroundFolders();
  const { json } = at;

  test('a playground of version 0.1 comes up with its channels, and pays', async () => {
    await mkdir(at.dir);
    await promisify(execFile)('tar', ['-xzf', fixture(`playground-0.1-${implementation}.tar.gz`), '-C', at.dir]);
    for (const name of ['l1', 'l2']) {
      const config = join(at.dir, name, 'config');
      await writeFile(config, (await readFile(config, 'utf8')).replaceAll(RECORDED_IN, at.dir));
    }

    const { nodes, channels, ...up } = await json<PlaygroundStatus & { started: string[] }>('up');
    expect(up.started.toSorted()).toEqual(['bitcoind', 'l1', 'l2']);
    expect(nodes).toMatchObject([
      { name: 'l1', implementation, state: 'running', num_peers: 1 },
      { name: 'l2', implementation, state: 'running', num_peers: 1 },
    ]);
    expect(channels).toMatchObject([
      {
        from: 'l2',
        to: 'l1',
        short_channel_id: '112x1x0',
        state: 'CHANNELD_NORMAL',
        total_msat: 4_200_000_000,
        to_us_msat: 3_200_000_000,
      },
    ]);
    expect(await json('pay-demo')).toMatchObject({ payment: { status: 'complete' }, invoice: { status: 'paid' } });
    expect(await json('pay-demo', '--from', 'l1', '--to', 'l2')).toMatchObject({ payment: { status: 'complete' } });
    expect(await json('open', 'l2', 'l1', '0.001btc')).toMatchObject({ from: 'l2' });
  });
});
