import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RELEASE, type Release } from '../../../../../src/daemons/executables/core/release.js';
import type { Patience } from '../../../../../src/daemons/executables/download/patient.js';
import { CORE } from '../../../../../src/daemons/executables/core/source.js';
import { fetchBitcoin } from '../../../../../src/daemons/executables/fetch/fetch.js';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { fetchedBin } from '../../../../../src/daemons/executables/fetch/sources.js';
import type { Host } from '../../../../../src/daemons/executables/host.js';
import { run } from '../../../../../src/process/run.js';
import { archiveOf, LAYOUT, program, VERSION, type Archive } from '../../../../fakes/bitcoincore/archive.js';
import { fakeSite, type CoreSite } from '../../../../fakes/bitcoincore/site.js';
import {
  endsEarly,
  fakeProxy,
  loginPage,
  never,
  right,
  some,
  withoutRanges,
  withStatus,
} from '../../../../fakes/http/site.js';

const TARGET = 'arm64-apple-darwin'; // no loader to be there
const FILE = `bitcoin-${VERSION}-${TARGET}.tar.gz`;

let root: string;
let cache: string;
let archive: Archive;
let site: CoreSite;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play côre '));
  cache = join(root, 'cache');
  const bulk = { [`bitcoin-${VERSION}/share/bulk`]: randomBytes(300_000) }; // so that it comes in chunks
  archive = await archiveOf(join(root, 'archive'), { ...LAYOUT, ...bulk });
  site = await fakeSite(TARGET, archive.bytes);
});
afterEach(async () => {
  await site.close();
  await rm(root, { recursive: true, force: true });
});

interface Options {
  readonly env?: NodeJS.ProcessEnv;
  readonly sha256?: string;
  readonly patience?: Partial<Patience>;
  readonly onProgress?: (event: FetchProgress) => unknown;
  readonly signal?: AbortSignal;
}

async function fetch({ env, sha256 = archive.sha256, patience, onProgress, signal }: Options = {}): Promise<void> {
  const host: Host = { platform: 'darwin', arch: 'arm64', root };
  const release: Release = {
    version: VERSION,
    sha256: { [TARGET]: sha256 },
    patience: { ...RELEASE.patience, ...patience },
  };
  const machine = { cache, host, release, env: { LN_PLAY_BITCOIND_MIRROR: site.base, ...env } };
  const offer = await CORE.look(machine);
  if (!('fetchInto' in offer)) throw new Error(offer.whyNot);
  await fetchBitcoin([offer], { cache, signal, onProgress: (event) => void onProgress?.(event) });
}

/** What lies in the cache besides the lock. */
const cached = async () => (await readdir(cache)).filter((name) => !name.startsWith('fetch.lock'));
const failing = async (options?: Options) => {
  const error = (await fetch(options).catch((thrown: unknown) => thrown)) as { message: string; hint: string };
  expect(error).toMatchObject({ code: 'DOWNLOAD' });
  return error;
};
/** What of the file is kept for the next try. */
const keepPart = async (bytes: Buffer) => {
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, `${FILE}.part`), bytes);
};

test('a fetch leaves the two programs and nothing else, and tells how far it is', async () => {
  const events: FetchProgress[] = [];
  await fetch({ onProgress: (event) => events.push(event) });

  expect(await cached()).toEqual(['bitcoin-core']);
  expect(await readdir(join(cache, 'bitcoin-core'), { recursive: true })).toEqual(
    expect.arrayContaining(['bin', join('bin', 'bitcoin-cli'), join('bin', 'bitcoind')]) as string[],
  );
  expect(await readdir(join(cache, 'bitcoin-core', 'bin'))).toHaveLength(2);
  const bin = await fetchedBin(cache);
  expect(bin).toBe(join(cache, 'bitcoin-core', 'bin'));
  expect((await run(join(bin!, 'bitcoind'), ['-datadir=/nowhere', '-version'])).stdout).toContain('v31.1.0 bitcoind');
  expect(new Set(events.map(({ phase }) => phase))).toEqual(new Set(['download', 'unpack', 'check', 'end']));
  const total = archive.bytes.length;
  expect(events.filter(({ phase }) => phase === 'download').at(-1)).toMatchObject({
    done: total,
    total,
    from: new URL(site.base).host,
  });
});

test('a connection that breaks is gone on with where it broke', async () => {
  site.answers = [some(1_000), some(150_000), right];
  await fetch({ onProgress: ({ done }) => [1_000, 151_000].includes(done) && site.break() });
  expect(site.ranges).toEqual(['', 'bytes=1000-', 'bytes=151000-']);
  expect(await cached()).toEqual(['bitcoin-core']);
});

test('a connection that always breaks is an error in the end, and the next try goes on', async () => {
  site.answers = [some(1_000)];
  let last = 0;
  const onProgress = ({ done }: FetchProgress) => done > last && ((last = done), site.break());
  const error = await failing({ onProgress });
  expect(error.message).toMatch(
    /^bitcoind could not be fetched from http:\/\/127\.0\.0\.1:\d+\/bin\/bitcoin-core-31\.1/,
  );
  expect(error.hint).toMatch(/proxy.*BITCOIND_EXE/);

  site.answers = [right];
  await fetch();
  expect(site.ranges.at(-1)).toBe('bytes=5000-');
  expect(await cached()).toEqual(['bitcoin-core']);
});

describe('what an earlier fetch left', () => {
  test('half of it, of which the server sends no ranges', async () => {
    await keepPart(archive.bytes.subarray(0, 200));
    site.answers = [withoutRanges];
    await fetch();
    expect(await cached()).toEqual(['bitcoin-core']);
  });

  test('half of another file: begun anew, once', async () => {
    await keepPart(Buffer.alloc(200));
    await fetch();
    expect(site.ranges).toEqual(['bytes=200-', '']);
  });

  test('more than there is: begun anew', async () => {
    await keepPart(Buffer.alloc(archive.bytes.length + 10));
    await fetch();
    expect(site.ranges).toEqual([`bytes=${archive.bytes.length + 10}-`, '']);
  });

  test('all of it: nothing is asked for', async () => {
    await keepPart(archive.bytes);
    await fetch();
    expect(site.ranges).toEqual([]);
  });

  test('the half of an older release and a folder half made: gone', async () => {
    await mkdir(join(cache, 'staging-dead', 'new'), { recursive: true });
    await writeFile(join(cache, 'bitcoin-30.0-x.tar.gz.part'), 'old');
    await fetch();
    expect(await cached()).toEqual(['bitcoin-core']);
  });
});

test('a file that ends early is not taken, and nothing of it is kept', async () => {
  site.answers = [endsEarly(5_000)];
  expect((await failing()).message).toMatch(/its 5000 bytes have SHA-256 [0-9a-f]{64}, and the release's have/);
  expect(await cached()).toEqual([]);
});

test('a file of another hash is neither unpacked nor kept', async () => {
  const wrong = '00'.repeat(32);
  expect((await failing({ sha256: wrong })).message).toContain(wrong);
  expect(await cached()).toEqual([]);
});

test('a server that never answers', async () => {
  site.answers = [never];
  expect((await failing({ patience: { answerMs: 50 } })).message).toMatch(/did not answer within 50 ms$/);
});

test('a server that stalls in the middle: the error says so, and the next try goes on', async () => {
  site.answers = [some(1_000), right];
  const error = await failing({ patience: { stallMs: 50 } });
  expect(error.message).toMatch(/nothing more came from 127\.0\.0\.1:\d+ for 50 ms$/);
  expect(error.hint).toContain('goes on where it stopped');
  await fetch();
  expect(site.ranges).toEqual(['', 'bytes=1000-']);
});

test.each([
  ['no such file', withStatus(404), /no such file \(404\)/, /the right mirror; or install/],
  ['no right to it', withStatus(403), /it answers 403/, /LN_PLAY_BITCOIND_MIRROR/],
  ['trouble of its own', withStatus(503), /it answers 503/, /LN_PLAY_BITCOIND_MIRROR/],
  ['a captive portal', loginPage, /answers with a web page/, /log in/],
  ['nothing but redirections', withStatus(302, { location: '' }), /it answers 302/, /LN_PLAY_BITCOIND_MIRROR/],
])('%s', async (_name, answer, message, hint) => {
  site.answers = [answer];
  const error = await failing();
  expect(error.message).toMatch(message);
  expect(error.hint).toMatch(hint);
  expect(await cached()).toEqual([]);
});

test('nobody there, and a host that has no address', async () => {
  const { base } = site;
  await site.close();
  expect((await failing({ env: { LN_PLAY_BITCOIND_MIRROR: base } })).message).toContain('ECONNREFUSED');
  expect((await failing({ env: { LN_PLAY_BITCOIND_MIRROR: 'http://no-such.invalid' } })).message).toMatch(
    /ENOTFOUND|EAI_AGAIN|did not answer/,
  );
  site = await fakeSite(TARGET, archive.bytes);
});

test('is redirected to another server', async () => {
  const other = await fakeSite(TARGET, archive.bytes);
  const location = `${other.base}/bitcoin-core-${VERSION}/${FILE}`;
  site.answers = [withStatus(302, { location })];
  try {
    await keepPart(archive.bytes.subarray(0, 100));
    await fetch();
    expect(other.ranges).toEqual(['bytes=100-']);
  } finally {
    await other.close();
  }
});

describe('through a proxy', () => {
  test('that HTTP_PROXY names, unless NO_PROXY does', async () => {
    const proxy = await fakeProxy();
    const { host } = new URL(site.base);
    try {
      await fetch({ env: { HTTP_PROXY: proxy.url.replace('http://', '') } });
      expect(proxy.asked).toEqual([host]);
      await rm(cache, { recursive: true });
      await fetch({ env: { http_proxy: proxy.url, NO_PROXY: '127.0.0.1' } });
      expect(proxy.asked).toEqual([host]);
    } finally {
      await proxy.close();
    }
  });

  test('that HTTPS_PROXY names, for the site itself; what refuses is named', async () => {
    const proxy = await fakeProxy(403);
    try {
      const error = await failing({ env: { LN_PLAY_BITCOIND_MIRROR: '', HTTPS_PROXY: proxy.url } });
      expect(proxy.asked).toEqual(['bitcoincore.org:443']);
      expect(error.message).toMatch(/^bitcoind could not be fetched from https:\/\/bitcoincore\.org\/bin\/.*403/);
      expect(error.hint).toMatch(/^look at HTTPS_PROXY/);
    } finally {
      await proxy.close();
    }
  });
});

test('a mirror’s password is sent and not shown', async () => {
  const seen: (string | undefined)[] = [];
  site.answers = [
    (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    },
  ];
  const error = await failing({ env: { LN_PLAY_BITCOIND_MIRROR: site.base.replace('//', '//ann:s%40crt@') } });
  expect(seen).toEqual([`Basic ${Buffer.from('ann:s@crt').toString('base64')}`]);
  expect(error.message).not.toContain('crt');
});

test('two at once: one download', async () => {
  const waits: FetchProgress[] = [];
  const onProgress = (event: FetchProgress) => event.phase === 'wait' && waits.push(event);
  await Promise.all([fetch({ onProgress }), fetch({ onProgress })]);
  expect(site.ranges).toEqual(['']);
  expect(waits).toHaveLength(1);
});

test('an abort keeps what came, frees the lock, and the next try goes on', async () => {
  site.answers = [some(1_000), right];
  const stop = new AbortController();
  const fetching = fetch({ signal: stop.signal, onProgress: ({ done }) => done === 1_000 && stop.abort() });
  await expect(fetching).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await cached()).toEqual([`${FILE}.part`]);
  await fetch();
  expect(site.ranges.at(-1)).toBe('bytes=1000-');
});

test('a program that does not run here does not count', async () => {
  const broken = { ...LAYOUT, [`bitcoin-${VERSION}/bin/bitcoind`]: '#!/bin/sh\necho "bad CPU type" >&2\nexit 126\n' };
  const { bytes, sha256 } = await archiveOf(join(root, 'archive'), broken);
  await site.close();
  site = await fakeSite(TARGET, bytes);
  const error = await failing({ sha256 });
  expect(error.message).toMatch(/does not run here/);
  expect(error).toMatchObject({ details: expect.arrayContaining(['bad CPU type']) as string[] });
  expect(await fetchedBin(cache)).toBeUndefined();
});

test('the programs are as they were in the archive', async () => {
  await fetch();
  expect(await readFile(join(cache, 'bitcoin-core', 'bin', 'bitcoin-cli'), 'utf8')).toBe(program('bitcoin-cli'));
});
