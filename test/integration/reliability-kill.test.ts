import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { processIdentity } from '../../src/process/identity.js';
import { isRunning, findProcess } from '../../src/process/table.js';
import { describeEach, killAll, processesOf, runCli, RunningCli, usePlaygroundFolders } from './support.js';

/** What is left of commands and daemons that a `kill -9` cut off. */
describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;
  const up = () => json<PlaygroundStatus>('up', ...flags);
  const pays = async () => {
    await json('fund-and-channel');
    expect(await json('pay-demo')).toMatchObject({ invoice: { status: 'paid' } });
  };
  const killed = async (pid: number | null) => {
    const { startTime } = findProcess(pid!)!;
    process.kill(pid!, 'SIGKILL');
    await waitFor(`${pid} to end`, () =>
      Promise.resolve(isRunning({ pid: pid!, startTime }) ? { seen: 'running' } : { done: true }),
    );
  };

  /** Starts `up` and kills it once the playground's folder has this file: at once, where it had it before. */
  async function killUpAt(moment: string): Promise<void> {
    const making = new RunningCli(['up', '--dir', at.dir, ...flags]);
    const files = moment.split(' or ');
    await waitFor(moment, async () => {
      const names = await readdir(at.dir, { recursive: true }).catch((): string[] => []); // not there yet, or something just went
      return files.some((file) => names.includes(file)) ? { done: true } : { seen: names.join(' ') };
    });
    making.signal('SIGKILL');
    expect((await making.result).signal).toBe('SIGKILL');
  }

  test.each(['ln-play.json', 'bitcoin/regtest/.cookie', 'l1/log', 'l1/regtest/lightning-rpc'])(
    'up killed once there is %s: down ends all of it, and up makes it whole',
    async (moment) => {
      await killUpAt(moment);
      await json('down');
      expect(await processesOf(at.dir)).toEqual([]);
      const { nodes } = await up();
      expect(nodes.map(({ state }) => state)).toEqual(['running', 'running']);
    },
  );

  test.each([
    'bitcoin/bitcoin.conf',
    'bitcoin/regtest/wallets/faucet',
    'l1/config',
    'l2/regtest/lightningd.sqlite3 or l2/regtest/ldk-state',
    'l2/regtest/gossip_store or l2/regtest/datastore',
  ])('up killed once there is %s: the next up repairs it', async (moment) => {
    await killUpAt(moment);
    await up();
    await pays();
  });

  test.each([
    'bitcoin/regtest/.cookie',
    'bitcoin/regtest/wallets/faucet',
    'l1/log',
    'l2/regtest/lightningd.sqlite3 or l2/regtest/ldk-state',
    'l1/regtest/lightning-rpc',
  ])('up and all daemons killed once there is %s: the next up repairs it', async (moment) => {
    await killUpAt(moment);
    killAll(await processesOf(at.dir));
    await up();
    await pays();
  });

  test('up killed while it starts an old playground again', async () => {
    await up();
    await pays();
    await expect
      .poll(async () => (await status()).channels, { timeout: 20_000 })
      .toMatchObject([{ to_us_msat: 4_200_000_000 - 24 }]);
    const { channels } = await status();
    for (const moment of ['bitcoin/regtest/.cookie', 'l1/regtest/lightning-rpc']) {
      await json('down');
      await killUpAt(moment);
      expect((await up()).channels).toEqual(channels);
    }
    await json('pay-demo');
  });

  test('bitcoind killed right after a block: the chain is not behind the nodes', async () => {
    await up();
    await pays();
    const { blockheight } = await json<{ blockheight: number }>('mine', '3');
    await killed((await status()).bitcoind.pid);
    const dead = await status();
    expect(dead.bitcoind).toMatchObject({ state: 'dead', pid: null });
    const again = await up();
    expect(again.bitcoind.blocks).toBe(blockheight);
    await json('mine');
    await json('pay-demo');
  });

  test('all daemons killed at once, right after a channel was opened', async () => {
    await up();
    await json('fund-and-channel');
    const { bitcoind, nodes } = await status();
    await Promise.all([bitcoind, ...nodes].map(({ pid }) => killed(pid)));
    expect((await status()).nodes.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    const { channels } = await up();
    expect(channels).toMatchObject([{ state: expect.stringMatching(/^CHANNELD_/) as string }]);
    await json('pay-demo');
  });

  test('a node killed: status says so, and up starts it again with its channel', async () => {
    await up();
    await pays();
    await killed((await status()).nodes[0]!.pid);
    const dead = await status();
    expect(dead.nodes[0]).toMatchObject({ name: 'l1', state: 'dead', pid: null, blockheight: null });
    expect(dead.nodes[1]).toMatchObject({ name: 'l2', state: 'running' });
    expect((await runCli(['status', '--dir', at.dir])).stdout).toMatch(/^l1 +dead/m);
    const refused = await runCli(['pay-demo', '--dir', at.dir]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/l1 is not running/) as string });

    expect(await json('up', ...flags)).toMatchObject({ started: ['l1'], already_ran: ['bitcoind', 'l2'] });
    await json('pay-demo');
  });

  test("a person's lightning-cli or bitcoin-cli on the same folder is never taken for the daemon", async () => {
    await up();
    const folders = [`--lightning-dir=${join(at.dir, 'l1')}`, `-datadir=${join(at.dir, 'bitcoin')}`];
    const theirs = spawn('/bin/sh', ['-c', 'sleep 600', 'sh', ...folders], { detached: true });
    await once(theirs, 'spawn');
    try {
      expect(await json('down')).toEqual({ dir: at.dir, stopped: ['l1', 'l2', 'bitcoind'] });
      expect(await status()).toMatchObject({ bitcoind: { state: 'stopped', pid: null }, nodes: [{ pid: null }, {}] });
      expect(await json('down')).toEqual({ dir: at.dir, stopped: [] });
      expect(theirs.exitCode ?? theirs.signalCode).toBeNull();
    } finally {
      process.kill(-theirs.pid!, 'SIGKILL');
    }
  });

  test('the pid of a daemon that another program has now is never signalled', async () => {
    await up();
    const { bitcoind, nodes } = await status();
    await Promise.all([bitcoind, ...nodes].map(({ pid }) => killed(pid)));
    const other = spawn('sleep', ['600']);
    await once(other, 'spawn');
    try {
      const names = await readdir(at.dir, { recursive: true });
      const pidFiles = names.filter((name) => name.endsWith('.pid'));
      for (const name of pidFiles) await writeFile(join(at.dir, name), `${other.pid}\n`);
      const locks = names.filter((name) => /\.lock\.\d+$/.test(name)).sort();
      const lock = join(at.dir, locks.at(-1)!);
      // of a holder that was killed: its pid is another's now, and the start time tells
      const holder = { ...processIdentity(process.pid), pid: other.pid, command: 'ln-play up' };
      await writeFile(lock, JSON.stringify(holder));

      expect(await json('down')).toMatchObject({ stopped: [] });
      await up();
      await json('down');
      await json('destroy', '--yes');
      expect(other.exitCode ?? other.signalCode).toBeNull();
    } finally {
      other.kill('SIGKILL');
    }
  });
});
