import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkNode, doctor, type DoctorOptions } from '../../../../src/daemons/executables/doctor.js';
import { MAX_SOCKET_PATH_BYTES } from '../../../../src/process/sockets.js';
import { fakeDebian, type FakeDebian } from '../../../fakes/apt/fake-debian.js';

let debian: FakeDebian;
beforeEach(async () => {
  debian = await fakeDebian();
  await mkdir(join(debian.root, 'bin'));
});
afterEach(() => debian.remove());

async function program(name: string, script: string): Promise<string> {
  const path = join(debian.root, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

async function examine(options: Partial<DoctorOptions> = {}) {
  const env = { PATH: join(debian.root, 'bin'), LN_PLAY_CACHE: debian.cache };
  const dir = join(debian.root, 'not', 'yet');
  const report = await doctor({ env, host: debian.host, dir, socketPath: join(dir, 's'), ...options });
  return { ...report, of: (name: string) => report.checks.find((check) => check.name === name) };
}

test('a machine with all that is needed is well', async () => {
  await program('bitcoind', 'echo "Bitcoin Core daemon version v30"');
  await program('bitcoin-cli', 'echo "v30"');
  await program('lightningd', 'echo v26');
  await program('lightning-cli', 'echo v26');
  const report = await examine();
  expect(report.of('bitcoind')).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^Bitcoin Core daemon version v30 \(/) as string,
  });
  expect(report.of('lightningd')?.trail?.at(-1)).toMatchObject({ source: 'path', taken: true });
  expect(report.checks.filter(({ ok }) => ok !== true).map(({ name }) => name)).toEqual(['debugger']); // PATH has no gdb
  expect(report.ok).toBe(true);
});

test('a bitcoind that can be fetched is no fault, and brings its bitcoin-cli', async () => {
  const report = await examine({ env: debian.env('ok') });
  for (const name of ['bitcoind', 'bitcoin-cli'])
    expect(report.of(name)).toMatchObject({ ok: true, detail: expect.stringContaining('fetches it') as string });
  expect(await debian.aptCalls()).toEqual([]);
});

test('tells from where bitcoind would be fetched, and from where else', async () => {
  await mkdir(join(debian.root, 'lib64'));
  await writeFile(join(debian.root, 'lib64', 'ld-linux-x86-64.so.2'), '');
  const site = 'https://bitcoincore.org/bin/bitcoin-core-31.1/bitcoin-31.1-x86_64-linux-gnu.tar.gz';
  expect((await examine({ env: debian.env('ok') })).of('bitcoind')?.detail).toBe(
    "none yet: `ln-play up` fetches it from Debian's archive (http://mirror.test/debian), " +
      `or else from bitcoincore.org (${site})`,
  );
  const elsewhere = await examine();
  expect(elsewhere.of('bitcoind')?.detail).toBe(`none yet: \`ln-play up\` fetches it from bitcoincore.org (${site})`);
  expect(elsewhere.of('bitcoind')?.trail?.at(-1)).toEqual({
    source: 'download',
    taken: true,
    reason: `bitcoincore.org has it: ${site}; this is no Debian: there is no apt-get on PATH`,
  });
});

test('a mirror that is none is a fault', async () => {
  const env = { PATH: '/nowhere', LN_PLAY_CACHE: debian.cache, LN_PLAY_BITCOIND_MIRROR: 'nonsense' };
  expect((await examine({ env })).of('bitcoind')).toMatchObject({
    ok: false,
    detail: 'LN_PLAY_BITCOIND_MIRROR=nonsense is not the address of a mirror',
  });
});

test('a missing bitcoind is a fault, a missing bitcoin-cli of note', async () => {
  const report = await examine();
  expect(report.ok).toBe(false);
  expect(report.of('bitcoind')).toMatchObject({ ok: false, hint: expect.stringContaining('install') as string });
  expect(report.of('bitcoin-cli')).toMatchObject({ ok: 'warn' });
});

test('a program that does not run is a fault', async () => {
  const path = await program('bitcoind', 'echo "error while loading shared libraries" >&2; exit 127');
  expect((await examine()).of('bitcoind')).toMatchObject({
    ok: false,
    detail: `${path} does not run: ${path} failed with exit code 127`,
  });
});

test('a socket path that is too long is told with its length', async () => {
  const socketPath = `/${'x'.repeat(MAX_SOCKET_PATH_BYTES)}`;
  expect((await examine({ socketPath })).of('socket path')).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`${MAX_SOCKET_PATH_BYTES + 1} of at most`) as string,
  });
});

test.each([
  ['20.18.9', false],
  ['20.19.0', true],
  ['18.20.0', false],
  ['24.0.0', true],
])('Node %s is well: %s', (version, ok) => {
  expect(checkNode(version).ok).toBe(ok);
});
