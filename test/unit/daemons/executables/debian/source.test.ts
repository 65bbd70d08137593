import { writeFileSync } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RELEASE } from '../../../../../src/daemons/executables/core/release.js';
import { DEBIAN } from '../../../../../src/daemons/executables/debian/source.js';
import { fetchBitcoin } from '../../../../../src/daemons/executables/fetch/fetch.js';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { fetchedBin } from '../../../../../src/daemons/executables/fetch/sources.js';
import { run } from '../../../../../src/process/run.js';
import { fakeDebian, type FakeDebian } from '../../../../fakes/apt/fake-debian.js';

let debian: FakeDebian;

beforeEach(async () => {
  debian = await fakeDebian();
});
afterEach(() => debian.remove());

const look = (behaviour: string, cache = debian.cache) =>
  DEBIAN.look({ cache, host: debian.host, env: debian.env(behaviour), release: RELEASE });

async function fetch(
  behaviour: string,
  more: { onProgress?: (event: FetchProgress) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const offer = await look(behaviour);
  if (!('fetchInto' in offer)) throw new Error(offer.whyNot);
  await fetchBitcoin([offer], { cache: debian.cache, ...more });
}
const isFetched = async () => (await fetchedBin(debian.cache)) !== undefined;
const bin = () => join(debian.cache, 'bitcoin-knots', 'bin');

/** What lies in the cache besides the lock. */
const cached = async () => (await readdir(debian.cache)).filter((name) => !name.startsWith('fetch.lock'));

test('a fetch leaves the programs, their libraries and nothing else', async () => {
  const phases: string[] = [];
  await fetch('ok', { onProgress: ({ phase }) => phases.push(phase) });

  expect(await cached()).toEqual(['bitcoin-knots']);
  expect(await isFetched()).toBe(true);
  expect(new Set(phases)).toEqual(new Set(['index', 'packages', 'unpack', 'check', 'end']));
  const { stdout } = await run(join(bin(), 'bitcoin-cli'), ['-version']);
  expect(stdout).toContain('bitcoin-cli daemon version');
  expect(await readdir(join(debian.cache, 'bitcoin-knots', 'lib'))).toEqual(['ld-linux-test.so.2', 'libevent.so.7']);
});

test('a fetched program runs through a link, too', async () => {
  await fetch('ok');
  const link = join(debian.root, 'bitcoind');
  await symlink(join(bin(), 'bitcoind'), link);
  expect((await run(link, ['-version'])).stdout).toContain('bitcoind daemon version');
});

test('a second fetch finds what the first left, and calls no apt', async () => {
  await fetch('ok');
  await fetch('offline');
  expect(await debian.aptCalls()).toEqual(['update', 'install']);
});

test('two fetches at once fetch once: the second waits and says for whom', async () => {
  const waits: FetchProgress[] = [];
  const onProgress = (event: FetchProgress) => {
    if (event.phase !== 'wait') return;
    waits.push(event);
    writeFileSync(debian.gate, ''); // until here neither can end
  };
  await Promise.all([fetch('gate', { onProgress }), fetch('gate', { onProgress })]);
  expect(waits).toMatchObject([{ text: expect.stringContaining(`process ${process.pid}`) as string }]);
  expect(await debian.aptCalls()).toEqual(['update', 'install']);
});

test('what a killed fetch left is removed by the next', async () => {
  await mkdir(join(debian.cache, 'staging-dead', 'apt'), { recursive: true });
  await writeFile(
    join(debian.cache, 'fetch.lock.4'),
    JSON.stringify({ pid: process.pid, startTime: 'long ago', boot: '', command: 'ln-play up', released: false }),
  );
  await fetch('ok');
  expect(await cached()).toEqual(['bitcoin-knots']);
});

test('an installation that somebody damaged is replaced', async () => {
  await fetch('ok');
  await rm(join(debian.cache, 'bitcoin-knots', 'libexec', 'bitcoind'));
  expect(await isFetched()).toBe(false);
  await fetch('ok');
  expect(await isFetched()).toBe(true);
  expect(await cached()).toEqual(['bitcoin-knots']);
});

test.each([
  ['offline', /Connection refused/, /network.*proxy/],
  ['bad-signature', /is not signed/, /debian-archive-keyring/],
  ['wrong-hash', /Hash Sum mismatch/, /try again/],
  ['no-package', /Unable to locate package/, /no forky/],
  ['disk-full', /enough free space/, /make room/],
  ['disk-full-unpack', /No space left on device/, /make room/],
  ['broken-program', /symbol lookup error/, /BITCOIND_EXE/],
])('%s: the error shows what was said and what to do, and nothing is left', async (behaviour, said, hint) => {
  const error = await fetch(behaviour).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'DOWNLOAD', hint: expect.stringMatching(hint) as string });
  expect((error as { details: string[] }).details.join('\n')).toMatch(said);
  expect(await cached()).toEqual([]);
  await fetch('ok'); // and the lock is free
});

test('an abort ends apt, frees the lock and leaves nothing', async () => {
  const stop = new AbortController();
  const fetching = fetch('gate', { signal: stop.signal, onProgress: ({ done }) => done === 50 && stop.abort() });
  await expect(fetching).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await cached()).toEqual([]);
  await fetch('ok');
});

test('a cache that cannot be written is named', async () => {
  await writeFile(debian.cache, 'a file in the way');
  await expect(fetch('ok')).rejects.toMatchObject({
    code: 'FILESYSTEM',
    message: expect.stringContaining(debian.cache) as string,
    hint: expect.stringContaining('LN_PLAY_CACHE') as string,
  });
});

test('a cache whose path the loader would cut is refused before anything is fetched', async () => {
  const cache = join(debian.root, 'a:b');
  expect(await look('ok', cache)).toEqual({ whyNot: expect.stringContaining(cache) as string });
});

test('a machine without Debian’s keys is told how to get them', async () => {
  await rm(join(debian.keyrings, 'debian-archive-keyring.gpg'));
  await expect(fetch('ok')).rejects.toMatchObject({
    code: 'DOWNLOAD',
    hint: expect.stringContaining('debian-archive-keyring') as string,
  });
});
