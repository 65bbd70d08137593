import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { describeEach, leftovers, processesOf, runCli, RunningCli, usePlaygroundFolders } from './support.js';

/**
 * A daemon that dies: the command that waits for it fails with its exit code or signal, its last log lines and its log's
 * path. The limit of `runCli` is far below the minute that a wait takes.
 */
describeEach((_implementation, { flags }) => {
  const at = usePlaygroundFolders();
  const { json, status } = at;
  const cli = (...args: string[]) => runCli(args, { env: { LN_PLAY_DIR: at.dir }, timeoutMs: 30_000 });
  const up = () => json<PlaygroundStatus>('up', ...flags);
  test('a bad option of a node: nothing runs afterwards, and the config is as it was', async () => {
    const refused = await cli('up', '--option', 'l2:no-such-option=1', ...flags);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/error: l2 exited with code [1-9]\d*/);
    expect(refused.stderr).toMatch(/no-such-option/);
    expect(refused.stderr).toContain(`log: ${join(at.dir, 'l2', 'log')}`);
    expect(await leftovers(at.dir)).toEqual([]);
    await up();
  });

  test('a config that went bad: restart and up say why; mended, up goes on', async () => {
    await up();
    await json('fund-and-channel');
    const config = join(at.dir, 'l1', 'config');
    const good = await readFile(config, 'utf8');
    await writeFile(config, `${good}fee-base=not-a-number\n`);
    for (const command of [['restart', 'l1'], ['up']]) {
      const refused = await cli(...command);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/error: l1 exited with code [1-9]\d*\n(.*\n)*.*not-a-number(.*\n)*.*log: /);
    }
    expect((await status()).nodes).toMatchObject([{ state: 'dead' }, { state: 'running' }]);
    await writeFile(config, good);
    expect(await json('up')).toMatchObject({ started: ['l1'] });
    await json('pay-demo');
  });

  test('a plugin that will not end keeps no node from ending in order', async () => {
    await up();
    const plugin = fileURLToPath(new URL('../fakes/plugins/stubborn.js', import.meta.url));
    await json('plugin', 'start', 'l1', plugin);
    await json('down');
    expect(await leftovers(at.dir)).toEqual([]);
    const log = await readFile(join(at.dir, 'l1', 'log'), 'utf8');
    expect(log.split('\n').slice(-4).join('\n')).toMatch(/ (lightningd: Shutdown complete|hsmd: Shutting down)\n$/);
  });

  test('a bad bitcoin.conf', async () => {
    await up();
    await json('down');
    const config = join(at.dir, 'bitcoin', 'bitcoin.conf');
    const good = await readFile(config, 'utf8');
    await writeFile(config, good.replace(/rpcport=.*/, 'rpcport=nonsense'));
    expect(await cli('up')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${config} has rpcport=nonsense, which is not a port`) as string,
    });
    await writeFile(config, `${good}rpcport=1\n`); // the first line counts, for bitcoind and so for us
    await up();
    await json('down');
    await writeFile(config, `${good}no-such-key\n`);
    const refused = await cli('up');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /error: bitcoind exited with code 1\n(.*\n)*.*no-such-key(.*\n)*.*log: .*debug\.log/,
    );
    expect(await leftovers(at.dir)).toEqual([]);
    await writeFile(config, good);
    await up();
  });

  test('a node killed while up waits for it', async () => {
    await up();
    await json('down');
    const starting = new RunningCli(['up', '--dir', at.dir, ...flags], { timeoutMs: 30_000 });
    const pid = await waitFor<number>('l1 to start', async () => {
      const found = (await processesOf(at.dir)).find(({ args }) =>
        args.includes(`--lightning-dir=${join(at.dir, 'l1')}`),
      );
      return found ? { done: found.pid } : { seen: 'no l1' };
    });
    process.kill(pid, 'SIGKILL');
    const { code, stderr } = await starting.result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: l1 was killed by SIGKILL/);
    expect(stderr).toContain(`log: ${join(at.dir, 'l1', 'log')}`);
    expect(await leftovers(at.dir)).toEqual([]);
  });

  /** Freezes l1, starts a command that needs it, and kills a daemon once that command waits. */
  async function killWhile(args: readonly string[], victim: 'bitcoind' | 'l1') {
    const { bitcoind, nodes } = await status();
    const l1 = nodes[0]!.pid!;
    process.kill(l1, 'SIGSTOP');
    const waiting = new RunningCli([...args, '--dir', at.dir], { timeoutMs: 30_000 });
    try {
      // a slow step is told of in a pipe: then the command waits
      await waitFor('it to wait', () =>
        Promise.resolve(waiting.stderr.includes('…') ? { done: true } : { seen: waiting.stderr }),
      );
      process.kill(victim === 'l1' ? l1 : bitcoind.pid!, 'SIGKILL');
      return await waiting.result;
    } finally {
      if (victim !== 'l1') process.kill(l1, 'SIGCONT');
    }
  }

  test('a daemon killed while a command waits for it', async () => {
    await up();
    await json('fund-and-channel');
    for (const [command, victim] of [
      ['fund l1 1btc', 'l1'],
      ['fund l1 1btc', 'bitcoind'],
      ['pay-demo', 'l1'],
      ['open l2 l1 0.01btc', 'l1'],
      ['close l2 l1', 'l1'],
    ] as const) {
      const { code, stderr } = await killWhile(command.split(' '), victim);
      expect(stderr).toMatch(new RegExp(`error: ${victim} (is gone|was killed by SIGKILL)\n( .*\n)+`));
      const log = victim === 'bitcoind' ? join('bitcoin', 'regtest', 'debug.log') : join(victim, 'log');
      expect(stderr).toContain(`log: ${join(at.dir, log)}`);
      expect(code).toBe(1);
      await up();
    }
    await json('pay-demo');
  });

  test('a daemon that is frozen: status says so, Ctrl-C ends what waits for a node, and bitcoind is not waited for', async () => {
    const { bitcoind, nodes } = await up();
    await json('fund-and-channel');
    const whileFrozen = async (pid: number, body: () => Promise<void>): Promise<void> => {
      process.kill(pid, 'SIGSTOP');
      try {
        const seen = await status();
        const [frozen, ...others] = pid === bitcoind.pid ? [seen.bitcoind, ...seen.nodes] : seen.nodes;
        expect(frozen).toMatchObject({ state: 'frozen', version: null });
        expect(others.map(({ version }) => version)).not.toContain(null);
        await body();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    };
    await whileFrozen(nodes[0]!.pid!, async () => {
      for (const command of ['close l2 l1', 'connect l2 l1']) {
        const waiting = new RunningCli([...command.split(' '), '--dir', at.dir], { timeoutMs: 30_000 });
        await waitFor('it to wait', () =>
          Promise.resolve(waiting.stderr.includes('…') ? { done: true } : { seen: waiting.stderr }),
        );
        waiting.signal('SIGINT');
        expect([command, (await waiting.result).code]).toEqual([command, 130]);
      }
    });
    await whileFrozen(bitcoind.pid!, async () => {
      for (const command of ['mine', 'fund l1 1btc', 'open l2 l1 0.01btc'])
        expect(await runCli([...command.split(' '), '--dir', at.dir])).toMatchObject({
          code: 1,
          stderr: expect.stringContaining(
            'error: bitcoind is frozen\nhint: let it go on: ln-play thaw bitcoind',
          ) as string,
        });
    });
    await json('wait');
  });

  test("bitcoind's port taken: another one, and the nodes follow", async () => {
    const { bitcoind } = await up();
    await json('fund-and-channel');
    await json('down');
    const taker = createServer().listen(bitcoind.rpc_port, '127.0.0.1');
    await once(taker, 'listening');
    try {
      const again = await up();
      expect(again.bitcoind.rpc_port).not.toBe(bitcoind.rpc_port);
      await json('mine');
      await json('pay-demo');
    } finally {
      taker.close();
    }
  });

  test("a node's port taken is named in the error; given free, up goes on", async () => {
    const { nodes } = await json<PlaygroundStatus>('up', '--tcp', ...flags);
    await json('down');
    const port = Number(nodes[0]!.binding!.split(':')[1]);
    const taker = createServer().listen(port, '127.0.0.1');
    await once(taker, 'listening');
    const refused = await cli('up');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`error: l1 exited with code [1-9]\\d*\n(.*\n)*.*${port}`));
    expect(await leftovers(at.dir)).toEqual([]);
    await new Promise((resolve) => taker.close(resolve));
    await up();
  });

  test('a node on TCP that was killed comes back at its port at once', async () => {
    const { nodes } = await json<PlaygroundStatus>('up', '--tcp', ...flags);
    process.kill(nodes[0]!.pid!, 'SIGKILL');
    const again = await up();
    expect(again.nodes[0]!.binding).toBe(nodes[0]!.binding);
  });

  test('programs that are none: they exit, they hang, they are not there', async () => {
    const program = async (name: string, script: string) => {
      const path = join(at.folder, name);
      await writeFile(path, `#!/bin/sh\n${script}\n`);
      await chmod(path, 0o755);
      return path;
    };
    const dying = await program('dying', 'echo "my last words" >&2; exit 7');
    const hanging = await program('hanging', 'while :; do sleep 1; done');
    const silent = await program('silent', 'kill -TERM $$');

    for (const flag of ['--bitcoind', '--lightningd']) {
      const others = flag === '--bitcoind' ? flags : [];
      const upWith = (path: string) => {
        at.next();
        return cli('up', flag, path, ...others);
      };
      const died = await upWith(dying);
      expect(died.code).toBe(1);
      expect(died.stderr).toMatch(/error: (bitcoind|l1|l2) exited with code 7\n.*my last words\n.*log: /);
      const killed = await upWith(silent);
      expect(killed.stderr).toMatch(/error: (bitcoind|l1|l2) was killed by SIGTERM\n.*it wrote nothing\n/);
      const missing = await upWith(join(at.folder, 'missing'));
      expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such file') as string });
      expect(await leftovers(at.folder)).toEqual([]);
    }
    const slow = await cli('up', '--bitcoind', hanging, '--timeout', '0.5', ...flags);
    expect(slow.code).toBe(1);
    expect(slow.stderr).toMatch(/error: Waited 0.5 s for (bitcoind|l1|l2) to be ready/);
    expect(await leftovers(at.dir)).toEqual([]);
  });

  test('programs that never worked are not kept', async () => {
    at.next();
    const env = flags[1] === 'embedded' ? { LIGHTNINGD_EXE: 'embedded' } : {};
    const up = (...args: string[]) => runCli(['up', '--dir', at.dir, ...args], { env });
    expect(await up('--lightningd', '/bin/false')).toMatchObject({ code: 1 });
    expect(await up()).toMatchObject({ code: 0 });
    expect(await up('--nodes', '3', '--node', 'l3=/bin/false')).toMatchObject({ code: 1 });
    expect(await up()).toMatchObject({ code: 0 });
    expect(await status()).toMatchObject({ nodes: [{ state: 'running' }, { state: 'running' }, { state: 'running' }] });
  });
});
