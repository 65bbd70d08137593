import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installLightningd, type InstallOptions } from '../../../../../src/daemons/executables/cln/install.js';
import { installedLightningds } from '../../../../../src/daemons/executables/cln/installed.js';
import { uninstallLightningd } from '../../../../../src/daemons/executables/cln/uninstall.js';
import { PATIENCE, type Patience } from '../../../../../src/daemons/executables/download/patient.js';
import { findExecutable } from '../../../../../src/daemons/executables/find.js';
import type { FetchProgress } from '../../../../../src/daemons/executables/fetch/source.js';
import { run } from '../../../../../src/process/run.js';
import {
  BUILD,
  buildOf,
  layout,
  program,
  serveRelease,
  VERSION,
  type ReleaseSite,
} from '../../../../fakes/cln-releases/release.js';
import { signerOf, type Signer } from '../../../../fakes/cln-releases/signer.js';
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

const SUMS = `SHA256SUMS-${VERSION}`;
const BULK = { './usr/libexec/c-lightning/bulk': randomBytes(300_000) }; // so that it comes in chunks

let signer: Signer;
beforeAll(async () => {
  signer = await signerOf('A Tester');
});

let root: string;
let cache: string;
let folder: string;
let site: ReleaseSite;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play côre '));
  cache = join(root, 'cache');
  folder = join(cache, 'lightningd');
  await mkdir(join(root, 'etc'));
  await mkdir(join(root, 'lib64'));
  await writeFile(join(root, 'lib64', 'ld-linux-x86-64.so.2'), '');
  await writeFile(join(root, 'etc', 'os-release'), 'ID=ubuntu\nVERSION_ID="24.04"\n');
  await serve({ ...layout(), ...BULK });
});
afterEach(async () => {
  await site.close();
  await rm(root, { recursive: true, force: true });
});

async function serve(files: Parameters<typeof buildOf>[1], file = BUILD): Promise<void> {
  if (site) await site.close();
  site = await serveRelease({ [file]: await buildOf(join(root, 'archive'), files) }, { signer });
}

type Options = Omit<Partial<InstallOptions>, 'patience'> & { readonly patience?: Partial<Patience> };
const install = ({ env, patience, ...options }: Options = {}, version = VERSION) =>
  installLightningd(version, {
    host: { platform: 'linux', arch: 'x64', root },
    keys: site.keys,
    patience: { ...PATIENCE, ...patience },
    ...options,
    env: { PATH: process.env['PATH'], LN_PLAY_CACHE: cache, LN_PLAY_LIGHTNINGD_MIRROR: site.base, ...env },
  });
const cached = async () => (await readdir(folder)).filter((name) => !name.startsWith('fetch.lock'));
const failing = async (options?: Options, version?: string) => {
  const error = (await install(options, version).catch((thrown: unknown) => thrown)) as Failure;
  expect(error).toMatchObject({ code: 'DOWNLOAD' });
  return error;
};
interface Failure {
  readonly message: string;
  readonly hint: string;
  readonly details: readonly string[];
}

test('an install leaves the release’s programs and nothing else, and tells how far it is', async () => {
  const events: FetchProgress[] = [];
  const report = await install({ onProgress: (event) => events.push(event) });

  expect(report).toEqual({
    version: VERSION,
    lightningd: join(folder, VERSION, 'bin', 'lightningd'),
    fetched: {
      system: 'Ubuntu 24.04',
      signer: `A Tester <tester@ln-play.test> (${signer.fingerprint})`,
      from: `${site.base}/${VERSION}/${BUILD}`,
    },
  });
  expect(await cached()).toEqual([VERSION]);
  expect((await run(report.lightningd, ['--version'])).stdout).toBe(VERSION);
  expect(await readdir(join(folder, VERSION, 'libexec', 'c-lightning'))).toContain('lightning_connectd');
  const phases = events.map(({ phase }) => phase);
  expect([...new Set(phases)]).toEqual(['checksums', 'download', 'unpack', 'check', 'end']);
});

test('what is installed is not fetched again', async () => {
  await install();
  expect(await install()).toMatchObject({ version: VERSION, fetched: undefined });
  expect(site.ranges).toEqual(['']);
});

test('several versions side by side: the newest is found, each by its name, and each is removed by itself', async () => {
  await install();
  await site.close();
  const old = 'v25.12';
  const file = BUILD.replace(VERSION, old);
  site = await serveRelease({ [file]: await buildOf(join(root, 'archive'), layout(old)) }, { version: old, signer });
  await install({}, old);
  expect((await installedLightningds(cache)).map(({ version }) => version)).toEqual([VERSION, old]);

  const env = { PATH: '', LN_PLAY_CACHE: cache };
  const pathOf = (version: string) => join(folder, version, 'bin', 'lightningd');
  expect((await findExecutable('lightningd', { env })).executable).toEqual({
    command: pathOf(VERSION),
    args: [],
    source: 'installed',
  });
  for (const flag of [old, '25.12'])
    expect((await findExecutable('lightningd', { env, flag })).executable.command).toBe(pathOf(old));
  const named = await findExecutable('lightningd', { env: { ...env, LIGHTNINGD_EXE: old } });
  expect(named.executable).toMatchObject({ command: pathOf(old), source: 'variable' });

  await uninstallLightningd(VERSION, cache);
  expect((await findExecutable('lightningd', { env })).executable.command).toBe(pathOf(old));
  await expect(findExecutable('lightningd', { env, flag: VERSION })).rejects.toMatchObject({
    code: 'MISSING_BINARY',
    message: `--lightningd says ${VERSION}, which is not installed`,
    hint: `ln-play install lightningd ${VERSION}`,
  });
  await expect(uninstallLightningd(VERSION, cache)).rejects.toMatchObject({
    code: 'INVALID',
    hint: 'installed are v25.12',
  });
  expect(await cached()).toEqual([old]);
});

test('one on PATH goes before an installed one', async () => {
  await install();
  const bin = join(root, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'lightningd'), program('other'));
  await chmod(join(bin, 'lightningd'), 0o755);
  const { executable, trail } = await findExecutable('lightningd', { env: { PATH: bin, LN_PLAY_CACHE: cache } });
  expect(executable.source).toBe('path');
  expect(trail.map(({ source }) => source)).toEqual(['flag', 'variable', 'path']);
});

test('what runs is not removed', async () => {
  await serve({ ...layout(), './usr/bin/lightningd': '#!/bin/sh\n[ "$1" = --version ] && echo 1 || read line\n' });
  const { lightningd } = await install();
  const child = spawn(lightningd, { stdio: ['pipe', 'ignore', 'ignore'] });
  await expect(uninstallLightningd(VERSION, cache)).rejects.toMatchObject({
    code: 'STATE',
    message: `lightningd ${VERSION} runs: process ${child.pid}`,
  });
  child.stdin.end();
  await once(child, 'close');
  await uninstallLightningd(VERSION, cache);
  expect(await cached()).toEqual([]);
});

describe('the file', () => {
  test('a connection that breaks is gone on with where it broke', async () => {
    site.answers = [some(1_000), some(150_000), right];
    await install({
      onProgress: ({ phase, done }) => phase === 'download' && [1_000, 151_000].includes(done) && site.break(),
    });
    expect(site.ranges).toEqual(['', 'bytes=1000-', 'bytes=151000-']);
  });

  test('a server that knows no ranges', async () => {
    site.answers = [some(1_000), withoutRanges];
    await install({ onProgress: ({ phase, done }) => phase === 'download' && done === 1_000 && site.break() });
    expect(await cached()).toEqual([VERSION]);
  });

  test('a server that stalls: the error says so, and the next try goes on', async () => {
    site.answers = [some(1_000), right];
    const error = await failing({ patience: { stallMs: 50 } });
    expect(error.message).toMatch(/nothing more came from 127\.0\.0\.1:\d+ for 50 ms$/);
    expect(error.hint).toContain('goes on where it stopped');
    await install();
    expect(site.ranges).toEqual(['', 'bytes=1000-']);
  });

  test('a file that ends early is not taken, and nothing of it is kept', async () => {
    site.answers = [endsEarly(5_000)];
    expect((await failing()).message).toMatch(/its 5000 bytes have SHA-256 [0-9a-f]{64}, and the release's have/);
    expect(await cached()).toEqual([]);
  });

  test('a file of another hash is neither unpacked nor kept', async () => {
    site.put(BUILD, await buildOf(join(root, 'archive'), { ...layout(), './usr/bin/lightningd': program('evil') }));
    expect((await failing()).message).toMatch(/have SHA-256 [0-9a-f]{64}, and the release's have/);
    expect(await cached()).toEqual([]);
  });

  test('is redirected to another server, as GitHub does', async () => {
    const other = await serveRelease(
      { [BUILD]: site.files.get(`/releases/download/${VERSION}/${BUILD}`)! },
      { signer },
    );
    try {
      site.answers = [withStatus(302, { location: `${other.base}/${VERSION}/${BUILD}?token=x` })];
      other.files.set(
        `/releases/download/${VERSION}/${BUILD}?token=x`,
        other.files.get(`/releases/download/${VERSION}/${BUILD}`)!,
      );
      await install();
      expect(await cached()).toEqual([VERSION]);
    } finally {
      await other.close();
    }
  });

  test.each([
    ['a captive portal', loginPage, /answers with a web page/, /log in/],
    ['trouble of its own', withStatus(503), /it answers 503/, /LN_PLAY_LIGHTNINGD_MIRROR/],
    ['nothing but redirections', withStatus(302, { location: '' }), /it answers 302/, /LN_PLAY_LIGHTNINGD_MIRROR/],
    ['no such file', withStatus(404), /no such file \(404\)/, /whether there is such a release/],
  ])('%s', async (_name, answer, message, hint) => {
    site.answers = [answer];
    const error = await failing();
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(await cached()).toEqual([]);
  });

  test('a server that never answers', async () => {
    site.answers = [never];
    expect((await failing({ patience: { answerMs: 50 } })).message).toMatch(/did not answer within 50 ms$/);
  });
});

describe('the checksums', () => {
  const refused = async (options?: Options) => {
    const error = await failing(options);
    expect(error.message).toMatch(
      /^No signature that counts is on the checksums of Core Lightning v26\.06\.6 from http/,
    );
    expect(site.ranges).toEqual([]); // nothing else was asked for
    expect(await cached()).toEqual([]);
    return error.details.join('\n');
  };

  test('were changed after they were signed', async () => {
    site.put(
      SUMS,
      site.text(SUMS).replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    expect(await refused()).toMatch(/^A Tester .*: it is of another file$/);
  });

  test('are signed by somebody else', async () => {
    await site.sign(await signerOf('Mallory'));
    expect(await refused()).toMatch(/none of the keys that count/);
  });

  test('are signed by a key that was revoked', async () => {
    const keys = { ...site.keys, armored: signer.revokedKey };
    expect(await refused({ keys })).toMatch(/the key was revoked/);
  });

  test('are signed by a key that had expired', async () => {
    const old = await signerOf('Old', new Date('2020-01-01'));
    await site.sign(old);
    const keys = { armored: await old.endingKey(1_000), fingerprints: [old.fingerprint] };
    expect(await refused({ keys })).toMatch(/the key had expired when this was signed/);
  });

  test('have no signature but a web page', async () => {
    site.put(`${SUMS}.asc`, '<html>Welcome to our Wi-Fi</html>');
    expect(await refused()).toBe('there is no signature in it');
  });

  test('are signed, with the keys that count by themselves: the test’s does not', async () => {
    expect(await refused({ keys: undefined })).toMatch(/none of the keys that count/);
  });

  test('are those of another release, signed as they are', async () => {
    site.put(SUMS, site.text(SUMS).replaceAll(VERSION, 'v25.12'));
    await site.sign(signer);
    expect((await failing()).message).toMatch(/there is no build for this machine: none is made for Ubuntu 24\.04$/);
  });

  test('there is no such release', async () => {
    const error = await failing({}, 'v99.01');
    expect(error.message).toMatch(
      /^lightningd v99\.01 could not be fetched from .*SHA256SUMS-v99\.01: there is no such file/,
    );
    expect(error.hint).toContain('https://github.com/ElementsProject/lightning/releases');
  });

  test('are endless', async () => {
    site.put(SUMS, Buffer.alloc(1_200_000, 'x'));
    expect((await failing()).message).toMatch(/it sends more than 1000000 bytes/);
  });
});

describe('the machine', () => {
  test('has none of the systems that it is built for', async () => {
    await writeFile(join(root, 'etc', 'os-release'), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    const error = await failing();
    expect(error.message).toBe(
      'Of Core Lightning v26.06.6 there is no build for this machine: none is made for Debian GNU/Linux 12',
    );
    expect(error.hint).toContain('--for ubuntu-22.04');
    await expect(readdir(cache)).rejects.toThrow('ENOENT'); // nothing was touched
    expect(await install({ system: 'ubuntu-26.04' })).toMatchObject({ fetched: { system: 'Ubuntu 24.04' } });
  });

  test('is older than all builds: those that there are, are named', async () => {
    const error = await failing({ system: 'ubuntu-20.04' });
    expect(error.hint).toMatch(/try the one for Ubuntu 24\.04: --for ubuntu-24\.04/);
  });

  test('lacks a library: the line that installs it is named, and the next try fetches nothing', async () => {
    const bin = join(root, 'bin');
    await mkdir(bin);
    const ldd = '#!/bin/sh\necho "	libpq.so.5 => not found"\n';
    for (const [name, text] of Object.entries({ ldd, 'apt-get': '#!/bin/sh\n' })) {
      await writeFile(join(bin, name), text);
      await chmod(join(bin, name), 0o755);
    }
    const lacking = install({ env: { PATH: `${bin}:${process.env['PATH']}` } });
    await expect(lacking).rejects.toMatchObject({
      code: 'MISSING_BINARY',
      message: 'lightningd v26.06.6 needs libpq.so.5, which is not on this machine',
      hint: 'sudo apt-get install libpq5\nthen: ln-play install lightningd v26.06.6 (what was fetched is kept)',
    });
    expect(await installedLightningds(cache)).toEqual([]);
    await install();
    expect(site.ranges).toEqual(['']);
  });

  test.each([
    [
      'lacks a library, and ldd',
      'echo "lightningd: error while loading shared libraries: libsodium.so.23: cannot open" >&2; exit 127',
      'MISSING_BINARY',
      /needs libsodium\.so\.23/,
    ],
    ['cannot run it', 'echo "Illegal instruction" >&2; exit 132', 'DOWNLOAD', /does not run here/],
  ])('%s', async (_name, script, code, message) => {
    await serve({ ...layout(), './usr/bin/lightningd': `#!/bin/sh\n${script}\n` });
    await expect(install()).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(await installedLightningds(cache)).toEqual([]);
  });

  test('is offline by its user’s will', async () => {
    expect((await failing({ env: { LN_PLAY_OFFLINE: '1' } })).message).toMatch(/LN_PLAY_OFFLINE=1 forbids it/);
  });

  test('has a mirror that is none', async () => {
    await expect(install({ env: { LN_PLAY_LIGHTNINGD_MIRROR: 'nonsense' } })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('has a cache in which others could put what would run', async () => {
    await install();
    await chmod(join(folder, VERSION, 'libexec', 'c-lightning'), 0o777);
    await expect(install()).rejects.toMatchObject({
      code: 'FILESYSTEM',
      message: expect.stringContaining('every user') as string,
    });
  });
});

describe('through a proxy', () => {
  test('that HTTP_PROXY names', async () => {
    const proxy = await fakeProxy();
    try {
      await install({ env: { HTTP_PROXY: proxy.url } });
      expect(proxy.asked).toEqual(Array(3).fill(new URL(site.base).host));
    } finally {
      await proxy.close();
    }
  });

  test('that HTTPS_PROXY names, for GitHub itself; what refuses is named', async () => {
    const proxy = await fakeProxy(403);
    try {
      const error = await failing({ env: { LN_PLAY_LIGHTNINGD_MIRROR: '', HTTPS_PROXY: proxy.url } });
      expect(proxy.asked).toEqual(['github.com:443']);
      expect(error.message).toMatch(
        /^lightningd v26\.06\.6 could not be fetched from https:\/\/github\.com\/ElementsProject\/lightning\/releases\/download\/v26\.06\.6\/SHA256SUMS-v26\.06\.6: .*403/,
      );
      expect(error.hint).toMatch(/^look at HTTPS_PROXY/);
    } finally {
      await proxy.close();
    }
  });
});

test('an abort keeps what came, frees the lock, and the next try goes on', async () => {
  site.answers = [some(1_000), right];
  const stop = new AbortController();
  const onProgress = ({ phase, done }: FetchProgress) => phase === 'download' && done === 1_000 && stop.abort();
  await expect(install({ signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await cached()).toEqual([`${BUILD}.part`]);
  await install();
  expect(site.ranges.at(-1)).toBe('bytes=1000-');
});
