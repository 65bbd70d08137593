import { access, readFile, stat, writeFile, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import {
  describeEach,
  leftovers,
  runCli,
  runJson,
  RunningCli,
  usePlaygroundFolders,
  withoutProgress,
} from './support.js';

describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;
  const text = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(args, { env: { LN_PLAY_DIR: at.dir } });
    expect({ code, stderr: withoutProgress(stderr) }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  test('down keeps all that up needs to go on: ids, channels, edits of a config', async () => {
    const { nodes } = await json<PlaygroundStatus>('up', ...flags);
    await json('fund-and-channel');
    await json('pay-demo');
    const channels = async () => (await status()).channels;
    await expect.poll(channels, { timeout: 20_000 }).toMatchObject([{ to_us_msat: 4_200_000_000 - 24 }]);
    const before = await channels();

    const config = join(at.dir, 'l1', 'config');
    await writeFile(config, (await readFile(config, 'utf8')).replace('alias=l1', 'alias=ELLE # not l1'));
    expect(await text('down')).toContain('stopped l1, l2, bitcoind');
    expect(await leftovers(at.dir)).toEqual([]);
    expect((await status()).nodes.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    expect(await json('down')).toEqual({ dir: at.dir, stopped: [] });
    expect(await text('ps')).toContain('nothing runs');

    const again = await json<PlaygroundStatus>('up');
    expect(again.nodes.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));
    expect(again.nodes[0]!.alias).toBe('ELLE # not l1');
    expect(again.channels).toEqual(before);
    await json('pay-demo'); // it is usable as soon as up has ended

    process.kill((await status()).nodes[0]!.pid!, 'SIGKILL');
    await expect.poll(async () => (await status()).nodes[0]!.state, { timeout: 20_000 }).toBe('dead');
    expect((await status()).channels).toMatchObject([{ from: 'l2', to: 'l1' }]); // by its name, also when it is dead
  });

  test('restart one node with what its config says now, or bitcoind', async () => {
    const before = await json<PlaygroundStatus>('up', ...flags);
    const config = join(at.dir, 'l2', 'config');
    await writeFile(config, (await readFile(config, 'utf8')).replace(/^alias=.*$/m, 'alias=zwei'));
    expect(await json('restart', 'l2')).toEqual({ restarted: 'l2' });
    const after = await status();
    expect(after.nodes[1]).toMatchObject({ state: 'running', alias: 'zwei', id: before.nodes[1]!.id });
    expect(after.nodes[1]!.pid).not.toBe(before.nodes[1]!.pid);
    expect(after.nodes[0]!.pid).toBe(before.nodes[0]!.pid);

    expect(await text('restart', 'bitcoind')).toContain('bitcoind runs again');
    const { bitcoind } = await status();
    expect(bitcoind).toMatchObject({ state: 'running', blocks: before.bitcoind.blocks });
    expect(bitcoind.pid).not.toBe(before.bitcoind.pid);
    await json('mine'); // the nodes have found it again

    const restart = { isOver: false };
    const restarted = json('restart', 'bitcoind').finally(() => (restart.isOver = true));
    const mineMeanwhile = async (): Promise<void> => {
      while (!restart.isOver) await json('mine');
    };
    await Promise.all([restarted, mineMeanwhile(), mineMeanwhile()]);

    await json('down');
    expect(await runCli(['restart', 'l1'], { env: { LN_PLAY_DIR: at.dir } })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: bitcoind is not running, and l1 needs it\nhint: .*ln-play up\n$/,
      ) as string,
    });
    expect(await leftovers(at.dir)).toEqual([]);
  });

  test('three nodes with an option for one; then a fourth', async () => {
    const option = ['--option', 'l2:fee-base=7', '--option', 'l2:fee-per-satoshi=3'];
    const { nodes } = await json<PlaygroundStatus>('up', '--nodes', '3', ...option, ...flags);
    expect(nodes.map(({ name, num_peers }) => [name, num_peers])).toEqual([
      ['l1', 1],
      ['l2', 2],
      ['l3', 1],
    ]);
    const configs = async (node: string) =>
      (await json<{ configs: { [name: string]: { value_int?: number } } }>('cli', node, 'listconfigs')).configs;
    expect((await configs('l2'))['fee-base']).toMatchObject({ value_int: 7 });
    expect((await configs('l1'))['fee-base']).not.toMatchObject({ value_int: 7 });

    expect(await json('up', ...option)).toMatchObject({ started: [] });
    const config = await readFile(join(at.dir, 'l2', 'config'), 'utf8');
    for (const [wanted, lacks] of [
      [['--nodes', '4', '--option', 'l2:fee-base=8'], 'fee-base=8'],
      [['--debugger', 'l2:connectd'], '--debugger l2:connectd'],
    ] as const)
      expect(await runCli(['up', ...wanted], { env: { LN_PLAY_DIR: at.dir } })).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          new RegExp(`^error: l2 runs already, without ${lacks}\nhint: .*ln-play restart l2\n$`),
        ) as string,
      });
    expect(await readFile(join(at.dir, 'l2', 'config'), 'utf8')).toBe(config);
    expect((await status()).nodes).toHaveLength(3);

    const grown = await json<PlaygroundStatus & { started: string[] }>('up', '--nodes', '4', ...flags);
    expect(grown.started).toEqual(['l4']);
    expect(grown.nodes.map(({ state }) => state)).toEqual(Array(4).fill('running'));
    const ids = new Set(grown.nodes.map(({ id }) => id));
    expect(ids.size).toBe(4);

    await json('fund-and-channel', '--from', 'l3', '--to', 'l4');
    await json('pay-demo', '--from', 'l3', '--to', 'l4');
  });

  test('--tcp and --random-keys', async () => {
    const fixed = await json<PlaygroundStatus>('up', ...flags);
    expect(await json('destroy', '--yes')).toEqual({ dir: at.dir, destroyed: true });
    await expect(access(at.dir)).rejects.toMatchObject({ code: 'ENOENT' });

    const { nodes } = await json<PlaygroundStatus>('up', '--tcp', '--random-keys', ...flags);
    for (const [index, { binding, id }] of nodes.entries()) {
      expect(binding).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(id).not.toBe(fixed.nodes[index]!.id);
      const socket = connect(Number(binding!.split(':')[1]), '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    }
    await json('fund-and-channel');
    await json('pay-demo');
  });

  test('ids are the same in every playground', async () => {
    const ids = async (at: string) =>
      (await runJson<PlaygroundStatus>(['up', '--dir', at, ...flags])).nodes.map(({ id }) => id);
    const other = join(at.folder, 'other');
    try {
      expect(await ids(at.dir)).toEqual(await ids(other));
    } finally {
      await runCli(['destroy', '--yes', '--dir', other]);
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '--foreground stays until %s, and leaves nothing running',
    async (signal) => {
      const up = new RunningCli(['up', '--foreground', ...flags], { env: { LN_PLAY_DIR: at.dir } });
      await waitFor('it to be up', () =>
        Promise.resolve(up.stdout.includes('Ctrl-C stops everything') ? { done: true } : { seen: up.stderr }),
      );
      expect((await status()).nodes.map(({ state }) => state)).toEqual(['running', 'running']);
      up.signal(signal);
      const { code, stderr } = await up.result;
      expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
      expect(stderr).toContain('stopped l1, l2, bitcoind');
      expect(await leftovers(at.dir)).toEqual([]);
      expect((await status()).bitcoind.state).toBe('stopped');
    },
  );

  test('only the owner can read it, and bitcoind listens to this machine alone', async () => {
    const { bitcoind } = await json<PlaygroundStatus>('up', ...flags);
    const mode = async (...path: string[]) => ((await stat(join(at.dir, ...path))).mode & 0o777).toString(8);
    for (const path of ['.', 'bitcoin', 'l1', 'l1/regtest', 'l2'])
      expect([path, await mode(path)]).toEqual([path, '700']);
    for (const path of [
      'ln-play.json',
      'bitcoin/bitcoin.conf',
      'bitcoin/regtest/.cookie',
      'l1/config',
      'l1/output.log',
    ])
      expect([path, await mode(path)]).toEqual([path, '600']);
    expect(await mode('l1/regtest/hsm_secret')).toBe('400');

    const refused = await fetch(`http://127.0.0.1:${bitcoind.rpc_port}/`, { method: 'POST', body: '{}' });
    expect(refused.status).toBe(401);
    if (process.platform === 'linux') {
      const hexPort = bitcoind.rpc_port.toString(16).toUpperCase().padStart(4, '0');
      const tables = await Promise.all(
        ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
      );
      const LISTEN = '0A'; // proc_net_tcp(5)
      const listening = tables
        .flatMap((table) => table.split('\n').slice(1))
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local, , state]) => state === LISTEN && local?.endsWith(`:${hexPort}`));
      expect(listening.map(([, local]) => local)).toEqual([`0100007F:${hexPort}`]);
    }
  });

  test("destroy wants --yes, and leaves what is not the playground's", async () => {
    await json('up', ...flags);
    const refused = await runCli(['destroy', '--dir', at.dir]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') as string });
    expect((await status()).bitcoind.state).toBe('running');
    await mkdir(join(at.dir, 'mine'));
    await writeFile(join(at.dir, 'mine', 'notes'), 'kept');
    expect(await text('destroy', '--yes')).toContain('is gone');
    expect(await readFile(join(at.dir, 'mine', 'notes'), 'utf8')).toBe('kept');
    await expect(access(join(at.dir, 'bitcoin'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
