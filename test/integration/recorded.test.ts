import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, usePlaygroundFolders } from './support.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** Playgrounds that earlier versions have left, with blocks of months ago: see test/fixtures/record.js. */
describeEach((implementation) => {
  const at = usePlaygroundFolders();
  const { json } = at;

  test('a playground of version 0.1 comes up with its channels, and pays', async () => {
    await mkdir(at.dir);
    await promisify(execFile)('tar', ['-xzf', fixture(`playground-0.1-${implementation}.tar.gz`), '-C', at.dir]);
    const { nodes, channels, started } = await json<PlaygroundStatus & { started: string[] }>('up');
    expect(started.toSorted()).toEqual(['bitcoind', 'l1', 'l2']);
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
    // the folder is another than the one it was recorded in
    expect(await readFile(join(at.dir, 'l2', 'config'), 'utf8')).not.toContain('ln-play-recorded');
    expect(JSON.parse(await readFile(join(at.dir, 'ln-play.json'), 'utf8'))).toMatchObject({
      format: 2,
      dir: at.dir,
      nodes: [{ name: 'l1' }, { name: 'l2' }],
      peers: [['l1', 'l2']],
    });
    expect(await json('pay-demo')).toMatchObject({ payment: { status: 'complete' }, invoice: { status: 'paid' } });
    expect(await json('pay-demo', '--from', 'l1', '--to', 'l2')).toMatchObject({ payment: { status: 'complete' } });
    expect(await json('open', 'l2', 'l1', '0.001btc')).toMatchObject({ from: 'l2' });
  });
});
