import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, processesOf, runCli, usePlaygroundFolders } from './support.js';

interface Saved {
  readonly name: string;
  readonly blockheight: number;
  readonly num_channels: number;
  readonly bytes: number;
}

interface Diff {
  readonly blocks: { readonly before: number; readonly after: number };
  readonly channels: readonly object[];
  readonly nodes: readonly object[];
}

const SAME = { channels: [], nodes: [] };

describeEach((implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;
  const up = () => json<PlaygroundStatus>('up', ...flags);
  const pay = async (...ends: string[]) => {
    expect(await json('pay-demo', ...ends)).toMatchObject({ invoice: { status: 'paid' } });
  };
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runCli([...args, '--dir', at.dir]);
    expect(code).not.toBe(0);
    return stderr;
  };
  const unfinished = () => readdir(join(at.dir, '.unfinished')).catch(() => []);

  test('what happened since is told, and taken back as a whole', async () => {
    await up();
    await json('fund-and-channel');
    const saved = await json<Saved>('snapshot', 'save', 'funded', '--note', 'a channel');
    expect(saved).toMatchObject({ name: 'funded', num_channels: 1, nodes: [{ implementation }, { implementation }] });
    expect(saved.bytes).toBeLessThan(4_000_000); // of 16 MB of zeros nothing
    expect((await json<Diff>('snapshot', 'diff', 'funded')).blocks.after).toBe(saved.blockheight);

    const before = (await status()).channels;
    await pay();
    await json('mine', '2');
    await json('fund', 'l1', '1btc');
    await json('open', 'l1', 'l2', '0.001btc');
    const config = join(at.dir, 'l1', 'config');
    const text = await readFile(config, 'utf8');
    await writeFile(config, `${text}fee-base=77\n`);
    const diff = await json<Diff>('snapshot', 'diff', 'funded');
    expect(diff.blocks).toEqual({ before: saved.blockheight, after: saved.blockheight + 4 });
    expect(diff.channels).toMatchObject([
      { from: 'l2', to: 'l1', change: 'moved' },
      { from: 'l1', to: 'l2', change: 'opened' },
    ]);
    expect(diff.nodes).toMatchObject([{ name: 'l1', invoices_made: 1, invoices_paid: 1, received_msat: 24 }]);

    const refusal = await refused('snapshot', 'restore', 'funded');
    expect(refusal).toMatch(/^error: All since funded \(just now\) would be lost/);
    expect(refusal).toContain('channel');
    expect(refusal).toMatch(/hint: .*--yes/);
    expect(await json('snapshot', 'restore', 'funded', '--yes')).toMatchObject({ started: true, left_out: [] });
    expect((await status()).channels).toEqual(before);
    expect(await json<Diff>('snapshot', 'diff', 'funded')).toMatchObject(SAME);
    expect(await readFile(config, 'utf8')).toBe(text);
    await pay();
    await json('mine');
    expect(await json('open', 'l2', 'l1', '0.001btc')).toMatchObject({ from: 'l2' });

    expect(await json('snapshot', 'list')).toMatchObject({ snapshots: [{ name: 'funded', note: 'a channel' }] });
    await json('snapshot', 'rm', 'funded');
    expect(await json('snapshot', 'list')).toEqual({ snapshots: [] });
  });

  test('saved while it is down, restored while it is down; a node that came later goes', async () => {
    await up();
    await json('fund-and-channel');
    await json('down');
    await json('snapshot', 'save');
    await json('up', '--nodes', '3', ...flags);
    await json('down');
    expect(await json('snapshot', 'restore', 's1', '--yes')).toMatchObject({ name: 's1', started: false });
    expect(await processesOf(at.dir)).toEqual([]);
    expect(await readdir(at.dir)).not.toContain('l3');
    expect((await up()).nodes.map(({ name }) => name)).toEqual(['l1', 'l2']);
    await pay();
  });

  test('what cannot be: names, twins, none of that name, a damaged one; nothing is changed', async () => {
    await up();
    await json('snapshot', 'save', 'a');
    expect(await refused('snapshot', 'save', '../a')).toMatch(/cannot be a snapshot's name/);
    for (const expected of [
      ['save', 'a'],
      ['restore', 'a'],
    ])
      expect((await runCli(['snapshot', ...expected, '--dir', at.dir])).code).toBe(1);
    expect(await refused('snapshot', 'save', 'a')).toMatch(/There is a snapshot a already(.|\n)*hint:/);
    for (const verb of ['diff', 'rm', 'restore'])
      expect(await refused('snapshot', verb, 'b', ...(verb === 'restore' ? ['--yes'] : []))).toMatch(
        /There is no snapshot "b"(.|\n)*hint: there are a/,
      );
    const { blocks } = (await status()).bitcoind;
    const folder = join(at.dir, '.snapshots', 'a');
    const file = join(folder, 'files', 'bitcoin', 'regtest', 'blocks', 'blk00000.dat');
    const whole = await readFile(file);
    for (const [bytes, says] of [
      [whole.subarray(1), /blk00000.dat has \d+ bytes, not/],
      [Buffer.from(whole).fill(1, 500, 501), /blk00000.dat is another than was saved/],
    ] as const) {
      await writeFile(file, bytes);
      expect(await refused('snapshot', 'restore', 'a', '--yes')).toMatch(says);
    }
    await writeFile(file, whole);
    const manifest = join(folder, 'image.json');
    const text = await readFile(manifest, 'utf8');
    const image = JSON.parse(text) as { nodes: { version: string }[] };
    for (const [change, says] of [
      [{ format: 9, lnPlay: '9.9.9' }, /made by a later ln-play \(9\.9\.9\)/],
      [{ platform: 'plan9-mips' }, /made on plan9-mips, and this is/],
      [{ nodes: image.nodes.map((node) => ({ ...node, version: 'v99.01' })) }, /v99\.01.*which is earlier/],
      [{ files: [{ path: '../x', size: 1, mode: 1, sha256: 'a'.repeat(64) }] }, /names something outside its folder/],
    ] as const) {
      await writeFile(manifest, JSON.stringify({ ...image, ...change }));
      expect(await refused('snapshot', 'restore', 'a', '--yes')).toMatch(says);
    }
    await writeFile(manifest, text);
    await rm(file);
    expect(await refused('snapshot', 'restore', 'a', '--yes')).toMatch(/blk00000.dat is missing/);
    expect((await status()).bitcoind).toMatchObject({ state: 'running', blocks });
    expect(await unfinished()).toEqual([]);
  });
});
