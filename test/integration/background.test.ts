import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { sendSignal } from '../../src/process/signal.js';
import { findByArgument, listProcesses, type ProcessEntry } from '../../src/process/table.js';
import { describeEach, RunningCli, runCli, usePlaygroundFolders } from './support.js';

/** What goes on between two commands, and the one process that does it. */
describeEach((_implementation, { flags }) => {
  const folders = usePlaygroundFolders();
  const { json, status } = folders;
  const env = () => ({ LN_PLAY_DIR: folders.dir });

  const residents = (): ProcessEntry[] => findByArgument(`--background-of=${folders.dir}`);
  const untilGone = async (): Promise<void> =>
    await waitFor('the background to end', () => {
      const left = residents();
      return Promise.resolve(left.length === 0 ? { done: undefined } : { seen: `${left.length} of them` });
    });
  const kill = (name: string, { daemons }: PlaygroundStatus): void => {
    const { pid } = daemons.find((daemon) => daemon.name === name)!;
    sendSignal(pid!, 'SIGKILL');
  };
  const height = async (): Promise<number> => (await status()).bitcoind.blocks!;
  const untilHigher = async (than: number): Promise<void> =>
    await waitFor(
      `a block after ${than}`,
      async () => {
        const now = await height();
        return now > than ? { done: undefined } : { seen: `block ${now}` };
      },
      { intervalMs: 100 },
    );

  test('mining by the clock: seen in status, never two, ended by --stop with its process', async () => {
    await json('up', ...flags);
    expect((await status()).background).toEqual([]);
    expect(await json('mine', '--stop')).toEqual({ stopped: false });

    await Promise.all([json('mine', '--every', '1h'), json('mine', '--every', '200ms')]);
    await json('mine', '--every', '200ms');
    expect(residents()).toHaveLength(1);
    const { background, daemons } = await status();
    expect(background).toMatchObject([{ name: 'mining', from: 'hand', details: { every_ms: 200 }, problem: null }]);
    expect(daemons.at(-1)).toMatchObject({ name: 'background', state: 'running' });
    await untilHigher(await height());
    expect(await json('wait')).toMatchObject({ pending: [] });

    expect(await json('mine', '--stop')).toEqual({ stopped: true });
    expect(residents()).toEqual([]);
    const { background: none, daemons: rest } = await status();
    expect(none).toEqual([]);
    expect(rest.map(({ name }) => name)).toEqual(['bitcoind', 'l1', 'l2']);
  });

  test('mining by the clock goes on after a restart of bitcoind, and ends with down', async () => {
    await json('up', ...flags);
    await json('mine', '--every', '200ms');
    await json('restart', 'bitcoind');
    await untilHigher(await height());
    expect((await status()).background).toMatchObject([{ problem: null }]);

    const { stopped } = await json<{ stopped: string[] }>('down');
    expect(stopped[0]).toBe('background');
    expect(residents()).toEqual([]);
    expect(await json('up')).toMatchObject({ background: [] });
    expect(residents()).toEqual([]);
  });

  test("mining by the clock of a network's file goes on after down and up, where somebody had stopped it too", async () => {
    const file = join(folders.folder, 'clock.yaml');
    await writeFile(file, 'nodes: { a: {}, b: {} }\nchain: { mine_every: 200ms }\n');
    await json('up', file, ...flags);
    await untilHigher(await height());
    await json('down');
    expect(residents()).toEqual([]);
    const { background } = await json<PlaygroundStatus>('up');
    expect(background).toMatchObject([{ name: 'mining', from: 'file', details: { every_ms: 200 }, problem: null }]);
    await untilHigher(await height());
    expect(await json('mine', '--stop')).toEqual({ stopped: true });
    expect((await status()).background).toEqual([]);
    await json('down');
    await json('up');
    await untilHigher(await height());
    expect(residents()).toHaveLength(1);
  });

  test('a background that is killed is told of, and up has it go on', async () => {
    await json('up', ...flags);
    await json('mine', '--every', '1h');
    kill('background', await status());
    const { background, daemons } = await status();
    expect(daemons.at(-1)).toMatchObject({ name: 'background', state: 'dead' });
    expect(background).toMatchObject([
      { name: 'mining', problem: expect.stringContaining('does not answer') as string },
    ]);

    expect(await json('up')).toMatchObject({ started: ['background'], background: [{ problem: null }] });
    expect(residents()).toHaveLength(1);
  });

  test('a command that is killed while it starts the background leaves none, or one that does what it should', async () => {
    await json('up', ...flags);
    for (const afterMs of [100, 200, 300, 400]) {
      const command = new RunningCli(['mine', '--every', '1h'], { env: env() });
      setTimeout(() => command.signal('SIGKILL'), afterMs);
      await command.result;
      const found = residents();
      expect(found.length).toBeLessThanOrEqual(1);
      const { background } = await json<PlaygroundStatus>('up');
      expect(background.every(({ problem }) => problem === null)).toBe(true);
      expect(residents()).toHaveLength(background.length);
      await json('mine', '--stop');
    }
  });

  test('the background ends by itself when bitcoind has gone for good, or the folder', async () => {
    await json('up', ...flags);
    await json('mine', '--every', '1h');
    kill('bitcoind', await status());
    await untilGone();
    expect(await json('up')).toMatchObject({ background: [{ name: 'mining', problem: null }] });

    await rename(`${folders.dir}/ln-play.json`, `${folders.dir}/away`);
    await untilGone();
    await rename(`${folders.dir}/away`, `${folders.dir}/ln-play.json`);
  });

  test('destroy leaves nothing of it', async () => {
    await json('up', ...flags);
    await json('mine', '--every', '200ms');
    await json('destroy', '--yes');
    expect(listProcesses().filter(({ args }) => args.some((arg) => arg.includes(folders.dir)))).toEqual([]);
  });

  test('what cannot be is refused, and changes nothing', async () => {
    await json('up', ...flags);
    for (const args of [
      ['5', '--every', '1s'],
      ['--every', '1s', '--stop'],
      ['--every', '0s'],
      ['--every', 'soon'],
    ]) {
      const { code, stderr } = await runCli(['mine', ...args], { env: env() });
      expect({ args, code }).toEqual({ args, code: 2 });
      expect(stderr).toContain('hint:');
    }
    await json('down');
    const { code, stderr } = await runCli(['mine', '--every', '1s'], { env: env() });
    expect(code).toBe(1);
    expect(stderr).toContain('ln-play up');
    expect(residents()).toEqual([]);
  });
});
