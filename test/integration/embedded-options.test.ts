import { readdir, readFile, readlink, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let count = 0;
const running: EmbeddedProcess[] = [];

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
});
afterAll(async () => {
  await bitcoind.daemon.stop();
  bitcoind.close();
});
afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
});

const newDir = async (more?: string): Promise<string> =>
  await prepareDir(join(folder.path, `l${count++}`), bitcoind, more);
function launch(dir: string, ...args: string[]): EmbeddedProcess {
  const daemon = new EmbeddedProcess(dir, args);
  running.push(daemon);
  return daemon;
}

test('--version and --help print and end', async () => {
  const version = launch(await newDir(), '--version');
  expect(await version.exited).toMatchObject({ code: 0 });
  // pyln-testing reads the numbers up to the first dash
  expect(version.stdout).toMatch(/^v26\.06\.6-ln-play-\d+\.\d+\.\d+\n$/);
  const help = launch(await newDir(), '--help');
  expect(await help.exited).toMatchObject({ code: 0 });
  expect(help.stdout).toMatch(/^Usage: ln-play-lightningd \nA bitcoin lightning daemon/);
  expect(help.stdout).toContain('--bind-addr <arg>');
});

describe('a start that fails', () => {
  test.each([
    [['--foo=1'], '', 1, 'lightningd: --foo=1: unknown option'],
    [['--network=testnet'], '', 1, 'lightningd: --network=testnet: testnet is not for this daemon'],
    [[], 'foo=1', 1, /lightningd: Config file .*config line 5: foo=1: unknown option/],
    [['--daemon'], '', 1, 'lightningd: --daemon needs --log-file'],
    [['--log-level=loud'], '', 1, 'lightningd: --log-level=loud: unknown log level loud'],
    [
      ['--experimental-dual-fund'],
      '',
      1,
      'lightningd: --experimental-dual-fund: the embedded lightningd does not support it',
    ],
    [['--addr=/a/peer'], '', 1, "lightningd: --addr=/a/peer: Don't use --addr=/a/peer, use --bind-addr=/a/peer"],
    [['--announce-addr=/a'], '', 1, 'lightningd: --announce-addr=/a: Cannot announce sockets, try --bind-addr=/a'],
    [['--plugin=/no/such'], '', 1, 'Failed to register /no/such: No such file or directory'],
  ] as const)('%j %s says why on standard error', async (args, config, code, message) => {
    const daemon = launch(await newDir(config), ...args);
    expect(await daemon.exited).toMatchObject({ code });
    expect(daemon.stderr).toMatch(message);
  });

  test('says it in the log as well', async () => {
    const dir = await newDir();
    const daemon = launch(dir, `--log-file=${dir}/log`, '--nonsense');
    await daemon.exited;
    expect(await readFile(join(dir, 'log'), 'utf8')).toContain('**BROKEN** lightningd: --nonsense: unknown option');
  });
});

test('a second daemon on one folder is refused, and takes it over once the first is killed', async () => {
  const dir = await newDir();
  const first = await launch(dir).ready();
  const second = launch(dir);
  expect(await second.exited).toMatchObject({ code: 10 });
  const why = `lightningd already running? Error locking PID file: process ${first.child.pid} has ${dir}/regtest`;
  expect(second.stderr).toContain(why);
  expect(await readFile(join(dir, 'lightningd-regtest.pid'), 'utf8')).toBe(`${first.child.pid}\n`);
  first.child.kill('SIGKILL');
  await first.exited;
  await launch(dir).ready();
});

test.skipIf(process.platform !== 'linux')('no socket of its is one that another user could take first', async () => {
  const { child } = await launch(await newDir()).ready();
  const fds = await readdir(`/proc/${child.pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${child.pid}/fd/${fd}`).catch(() => '')));
  const sockets = (await readFile('/proc/net/unix', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const own = sockets.filter(([, , , , , , inode]) => links.includes(`socket:[${inode}]`)).map((columns) => columns[7]);
  expect(own).toContainEqual(expect.stringMatching(/lightning-rpc$/));
  expect(own).not.toContainEqual(expect.stringMatching(/^@/));
});

test('the log goes where it is told to, and is opened anew at SIGHUP', async () => {
  const dir = await newDir('log-prefix=l1: ');
  const log = join(dir, 'log');
  const daemon = await launch(dir, `--log-file=${log}`, '--log-file=-').ready();
  expect(await readFile(log, 'utf8')).toMatch(/^l1: \S+Z INFO {4}lightningd: v/);
  await rename(log, `${log}.1`);
  daemon.child.kill('SIGHUP');
  await daemon.saw('Started log due to SIGHUP');
  expect(await readFile(log, 'utf8')).toContain('Started log due to SIGHUP');
});

test('--daemon comes back when the other one is ready, which goes on', async () => {
  const dir = await newDir();
  const parent = launch(dir, '--daemon', `--log-file=${dir}/log`);
  expect(await parent.exited).toMatchObject({ code: 0 });
  expect(parent.stdout).toBe('');
  expect(await parent.rpc.call('getinfo')).toMatchObject({ network: 'regtest' });
  const pid = Number(await readFile(join(dir, 'lightningd-regtest.pid'), 'utf8'));
  expect(pid).not.toBe(parent.child.pid);
  await parent.rpc.call('stop');
  await waitFor('it to be gone', async () => {
    const there = await stat(`/proc/${pid}`).catch(() => undefined);
    return there ? { seen: 'it runs' } : { done: undefined };
  });
});

test('signals and stop end it in an orderly way', async () => {
  const dir = await newDir();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const daemon = await launch(dir).ready();
    daemon.child.kill(signal);
    expect(await daemon.exited).toEqual({ code: 0, signal: null });
  }
  const daemon = await launch(dir).ready();
  expect(await daemon.rpc.call('stop')).toEqual({ result: 'Shutdown complete' });
  expect(await daemon.exited).toEqual({ code: 0, signal: null });
  await expect(stat(join(dir, 'lightningd-regtest.pid'))).rejects.toThrow('ENOENT');
});

test('options that make no difference here are accepted, and said once in the log', async () => {
  const daemon = await launch(await newDir('rescan=6'), '--developer', '--dev-fast-gossip').ready();
  expect(daemon.stdout.match(/Option rescan is ignored/g)).toHaveLength(1);
  expect(daemon.stdout).toContain('Option dev-fast-gossip is ignored: it makes no difference here');
});

test('a crash is in the log, and all of the log in a file', async () => {
  const dir = await newDir();
  const daemon = launch(dir, '--developer', '--dev-crash-after=0');
  expect(await daemon.exited).toMatchObject({ code: 1 });
  expect(daemon.stdout).toContain('**BROKEN** lightningd: FATAL: Error: Crash timeout as requested');
  const [file = ''] = (await readdir(join(dir, 'regtest'))).filter((name) => name.startsWith('crash.log.'));
  expect(await readFile(join(dir, 'regtest', file), 'utf8')).toMatch(/lightningd INFO: Server started with public key/);
});
