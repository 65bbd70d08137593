import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RELEASE } from '../../../../../src/daemons/executables/core/release.js';
import { fetchBitcoin } from '../../../../../src/daemons/executables/fetch/fetch.js';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { fetchedBin, waysToFetch } from '../../../../../src/daemons/executables/fetch/sources.js';
import type { Host } from '../../../../../src/daemons/executables/host.js';
import { fakeDebian, type FakeDebian } from '../../../../fakes/apt/fake-debian.js';
import { archiveOf, VERSION } from '../../../../fakes/bitcoincore/archive.js';
import { fakeSite, type CoreSite } from '../../../../fakes/bitcoincore/site.js';
import { withStatus } from '../../../../fakes/http/site.js';

let debian: FakeDebian;
beforeEach(async () => {
  debian = await fakeDebian();
});
afterEach(() => debian.remove());

const NO_DEBIAN = { PATH: '/nowhere' };
const look = (env: NodeJS.ProcessEnv, host: Partial<Host> = {}, release = RELEASE) =>
  waysToFetch({ env, cache: debian.cache, host: { ...debian.host, ...host }, release });
const fromOf = async (...options: Parameters<typeof look>) => (await look(...options)).offers.map(({ from }) => from);

async function file(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
}

test.each([
  ['linux', 'x64', 'lib64/ld-linux-x86-64.so.2', 'x86_64-linux-gnu'],
  ['linux', 'arm64', 'lib/ld-linux-aarch64.so.1', 'aarch64-linux-gnu'],
  ['darwin', 'x64', undefined, 'x86_64-apple-darwin'],
  ['darwin', 'arm64', undefined, 'arm64-apple-darwin'],
] as const)('Bitcoin Core has a release for %s on %s', async (platform, arch, loader, target) => {
  if (loader) await file(join(debian.root, loader));
  expect(await fromOf(NO_DEBIAN, { platform, arch })).toEqual([
    `https://bitcoincore.org/bin/bitcoin-core-31.1/bitcoin-31.1-${target}.tar.gz`,
  ]);
});

test.each([
  ['another system', { platform: 'freebsd' }, /no release for freebsd on x64/],
  ['another processor', { arch: 'riscv64' }, /no release for linux on riscv64/],
  ['a Linux without glibc', {}, /needs glibc, and there is no .*ld-linux-x86-64\.so\.2/],
] as const)('Bitcoin Core has none for %s', async (_name, host, why) => {
  const { offers, whyNot } = await look(NO_DEBIAN, host);
  expect(offers).toEqual([]);
  expect(whyNot).toEqual(['this is no Debian: there is no apt-get on PATH', expect.stringMatching(why)]);
});

test('on Debian its own archive is first, unless a mirror of Bitcoin Core’s releases is named', async () => {
  await file(join(debian.root, 'lib64/ld-linux-x86-64.so.2'));
  const archive = 'http://mirror.test/debian';
  const path = 'bitcoin-core-31.1/bitcoin-31.1-x86_64-linux-gnu.tar.gz';
  const env = debian.env('ok');
  expect(await fromOf(env)).toEqual([archive, `https://bitcoincore.org/bin/${path}`]);
  const mirror = { ...env, LN_PLAY_BITCOIND_MIRROR: 'https://ann:secret@mirror.test/core/' };
  expect(await fromOf(mirror)).toEqual([`https://mirror.test/core/${path}`, archive]);
});

test.each(['mirror.test/core', 'ftp://mirror.test', 'nonsense'])('a mirror that is none: %s', async (mirror) => {
  await expect(look({ ...NO_DEBIAN, LN_PLAY_BITCOIND_MIRROR: mirror })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining(mirror) as string,
  });
});

test('LN_PLAY_OFFLINE forbids both, and apt sources may name no Debian', async () => {
  const offline = { ...debian.env('ok'), LN_PLAY_OFFLINE: '1' };
  expect(await look(offline)).toEqual({ offers: [], whyNot: ['LN_PLAY_OFFLINE=1 forbids it'] });
  await rm(join(debian.aptEtc, 'sources.list'));
  expect((await look(debian.env('ok'))).whyNot[0]).toMatch(/name no mirror of Debian's archive/);
});

test('the hashes are pinned', () => {
  for (const hash of Object.values(RELEASE.sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(Object.values(RELEASE.sha256)).size).toBe(4);
});

/** With a Bitcoin Core of our own on loopback. */
async function withSite(body: (site: CoreSite, fetch: (behaviour: string) => Promise<string[]>) => Promise<void>) {
  await file(join(debian.root, 'lib64/ld-linux-x86-64.so.2'));
  const target = 'x86_64-linux-gnu';
  const { bytes, sha256 } = await archiveOf(join(debian.root, 'archive'));
  const site = await fakeSite(target, bytes);
  const release = { ...RELEASE, version: VERSION, sha256: { [target]: sha256 } };
  try {
    await body(site, async (behaviour) => {
      const env = { ...debian.env(behaviour), LN_PLAY_BITCOIND_MIRROR: site.base };
      const { offers } = await look(env, {}, release);
      const sources = new Set<string>();
      const onProgress = ({ from }: FetchProgress) => void (from && sources.add(from));
      await fetchBitcoin(offers, { cache: debian.cache, onProgress });
      return [...sources];
    });
  } finally {
    await site.close();
  }
}

test('when the first fails the other is tried', () =>
  withSite(async (site, fetch) => {
    site.answers = [withStatus(503)];
    expect(await fetch('ok')).toEqual([new URL(site.base).host, "Debian's archive"]);
    expect(await fetchedBin(debian.cache)).toBe(join(debian.cache, 'bitcoin-knots', 'bin'));
  }));

test('when both fail, both reasons are told, with a hint to each', () =>
  withSite(async (site, fetch) => {
    site.answers = [withStatus(503)];
    const { host } = new URL(site.base);
    const error = (await fetch('offline').catch((thrown: unknown) => thrown)) as { details: string[]; hint: string };
    expect(error).toMatchObject({
      code: 'DOWNLOAD',
      message: `bitcoind could not be fetched, neither from ${host} nor from Debian's archive`,
    });
    expect(error.details.join('\n')).toMatch(/it answers 503\n.*Debian's archive(.*\n)+.*Connection refused/);
    expect(error.hint.split('\n')).toEqual([
      expect.stringContaining('LN_PLAY_BITCOIND_MIRROR'),
      expect.stringContaining('apt'),
      expect.stringMatching(/^or .*BITCOIND_EXE$/),
    ]);
  }));

test('what was fetched before from either stays', () =>
  withSite(async (site, fetch) => {
    site.answers = [withStatus(503)];
    await fetch('ok');
    expect(await fetch('offline')).toEqual([]);
    expect(site.ranges).toHaveLength(1);
  }));
