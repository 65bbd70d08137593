import { spawn } from 'node:child_process';
import { mkdir, readdir, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { Playground } from 'ln-play';
import { expect, test } from 'vitest';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { contentOf } from './content.js';
import { describeEach, runCli, RunningCli, usePlaygroundFolders } from './support.js';

const INDEX = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
const paid = { invoice: { status: 'paid' } };

describeEach((_implementation, { lightningd, flags }) => {
  const at = usePlaygroundFolders();
  const { json } = at;
  const open = () => Playground.open(at.dir);
  const made = async () => {
    await json('up', ...flags);
    await json('fund-and-channel');
  };
  /** No command may fail in a way that nobody thought of. */
  const endsWell = async (running: RunningCli, ...codes: number[]): Promise<string> => {
    const { code, stderr } = await running.result;
    expect(stderr).not.toContain('unexpected error');
    expect({ codes, stderr, isOneOf: codes.includes(code!) }).toMatchObject({ isOneOf: true });
    return stderr;
  };

  test('of processes that start the same network at once, one makes its image, once', async () => {
    const cache = join(at.folder, 'cache');
    const networks = join(cache, 'networks');
    await mkdir(networks, { recursive: true });
    const over = new AbortController();
    const staged = new Set<string>();
    const watching = (async () => {
      try {
        for await (const { filename } of watch(networks, { signal: over.signal }))
          if (filename?.startsWith('unfinished-')) staged.add(filename);
      } catch (error) {
        if (!over.signal.aborted) throw error;
      }
    })();
    const program = `
      import { Playground } from ${INDEX};
      const playground = await Playground.start({ lightningd: ${JSON.stringify(lightningd)}, nodes: 1 });
      const { nodes, bitcoind } = await playground.status();
      console.log(JSON.stringify([bitcoind.rpc_port, nodes[0].blockheight]));
      await playground.dispose();
      process.exit(0);`;
    const bitcoind = (await findExecutable('bitcoind')).executable.command;
    const run = async (): Promise<[port: number, height: number]> => {
      const env = { ...process.env, LN_PLAY_CACHE: cache, BITCOIND_EXE: bitcoind };
      const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(code).toBe(0);
      return JSON.parse(text) as [number, number];
    };
    const ran = await Promise.all([run(), run(), run(), run()]);
    expect(new Set(ran.map(([port]) => port)).size).toBe(4);
    expect(new Set(ran.map(([, height]) => height))).toEqual(new Set([110]));
    over.abort();
    await watching;
    expect(staged.size).toBe(1);
    expect((await readdir(networks)).filter((name) => /^[0-9a-f]{32}$/.test(name))).toHaveLength(1);
  });

  test('two that save under one name: one does, the other says that there is one', async () => {
    await made();
    const saves = [1, 2].map(() => new RunningCli(['snapshot', 'save', 'same', '--dir', at.dir]));
    const said = await Promise.all(saves.map((save) => endsWell(save, 0, 1)));
    expect(said.filter((text) => text.includes('error: There is a snapshot same already'))).toHaveLength(1);
    const unnamed = [1, 2].map(() => new RunningCli(['snapshot', 'save', '--dir', at.dir]));
    await Promise.all(unnamed.map((save) => endsWell(save, 0)));
    const { snapshots } = await json<{ snapshots: { name: string; problem: null }[] }>('snapshot', 'list');
    expect(snapshots.map(({ name, problem }) => [name, problem])).toEqual([
      ['same', null],
      ['s1', null],
      ['s2', null],
    ]);
    const playground = await open();
    for (const { name } of snapshots) await playground.snapshots.verify(name);
  });

  test('saved while payments go on: none of them fails by it, and what comes back is sound', async () => {
    await made();
    await json('balance', 'l1', 'l2');
    const traffic = new RunningCli(['traffic', '--count', '150', '--rate', '30', '--json', '--dir', at.dir]);
    for (const name of ['first', 'second', 'third']) await json('snapshot', 'save', name);
    expect((await open()).nodes).toHaveLength(2);
    const { code, stdout, stderr } = await traffic.result;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ failed: 0 });
    for (const name of ['first', 'third']) {
      await json('snapshot', 'restore', name, '--yes');
      expect(await json('pay-demo')).toMatchObject(paid);
      expect(await json('pay-demo', '--from', 'l1', '--to', 'l2')).toMatchObject(paid);
      // what was under way in it comes to an end, and both ends have the same of the channel
      const playground = await open();
      await contentOf(playground);
      const [a, b] = await Promise.all(
        playground.nodes.map(async (node) => (await node.rpc.call('listpeerchannels')) as { channels: Side[] }),
      );
      const [ours, theirs] = [a!.channels[0]!, b!.channels[0]!];
      expect(ours.to_us_msat + theirs.to_us_msat).toBe(ours.total_msat);
    }
  }, 400_000);

  test('put back while other commands run: each ends as it should, and the playground is what was saved', async () => {
    await made();
    const saved = await contentOf(await open());
    await json('snapshot', 'save', 'clean');
    for (const args of [
      ['mine', '30'],
      ['traffic', '--count', '200', '--rate', '50'],
      ['status'],
      ['fund', 'l1', '1btc'],
    ]) {
      const other = new RunningCli([...args, '--dir', at.dir]);
      const restore = new RunningCli(['snapshot', 'restore', 'clean', '--yes', '--dir', at.dir]);
      await endsWell(restore, 0);
      await endsWell(other, 0, 1);
      await json('snapshot', 'restore', 'clean', '--yes');
      expect(await contentOf(await open()), args.join(' ')).toEqual(saved);
      expect(await json('pay-demo')).toMatchObject(paid);
    }
    // two that put back at once: one after the other
    const both = [1, 2].map(() => runCli(['snapshot', 'restore', 'clean', '--yes', '--dir', at.dir]));
    expect((await Promise.all(both)).map(({ code }) => code)).toEqual([0, 0]);
    expect(await contentOf(await open())).toEqual(saved);
  }, 400_000);
});

interface Side {
  readonly to_us_msat: number;
  readonly total_msat: number;
}
