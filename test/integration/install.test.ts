import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { installLightningd } from '../../src/daemons/executables/cln/install.js';
import { installedLightningds } from '../../src/daemons/executables/cln/installed.js';
import { findExecutable, findLightningd } from '../../src/daemons/executables/find.js';
import { run } from '../../src/process/run.js';
import { BUILD, buildOf, layout, serveRelease, VERSION, type ReleaseSite } from '../fakes/cln-releases/release.js';
import { slowly } from '../fakes/http/site.js';
import { printedBy, runProgram } from './program.js';
import { mountable, runCli, runJson, usePlaygroundFolders } from './support.js';

const whyNotMountable = mountable ? '' : ' (skipped: this user may not mount a file system)';
const BULK = { './usr/libexec/c-lightning/bulk': randomBytes(1_000_000) };

let root: string;
let cache: string;
let folder: string;
let site: ReleaseSite;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ln-play cln '));
  cache = join(root, 'cache');
  folder = join(cache, 'lightningd');
  await mkdir(join(root, 'lib64'));
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'lib64', 'ld-linux-x86-64.so.2'), '');
  await writeFile(join(root, 'etc', 'os-release'), 'ID=ubuntu\nVERSION_ID="24.04"\n');
});
afterEach(async () => {
  await site.close();
  await rm(root, { recursive: true, force: true });
});

const serve = async (files: Parameters<typeof buildOf>[1], version = VERSION): Promise<void> => {
  const build = await buildOf(join(root, 'archive'), files);
  site = await serveRelease({ [BUILD.replace(VERSION, version)]: build }, { version });
};
/** An Ubuntu that fetches from the test's server, and trusts its key. */
const options = () => ({
  env: { PATH: '/usr/bin:/bin', HOME: root, LN_PLAY_CACHE: cache, LN_PLAY_LIGHTNINGD_MIRROR: site.base },
  host: { platform: 'linux', arch: 'x64', root } as const,
  keys: site.keys,
});

describe('processes that install a release of Core Lightning', () => {
  beforeEach(() => serve({ ...layout(), ...BULK }));

  /** A program that installs it, and prints what it came to. */
  const script = () => `
    import { installLightningd } from ${JSON.stringify(new URL('../../dist/daemons/executables/cln/install.js', import.meta.url).href)};
    const print = (value) => console.log(JSON.stringify(value));
    await installLightningd('${VERSION}', ${JSON.stringify(options())}).then(print, ({ code, message, hint }) => print({ code, message, hint }));`;
  const installing = () => runProgram(script());
  const cached = async () => (await readdir(folder)).filter((name) => !name.startsWith('fetch.lock'));

  test('killed again and again at random moments: it goes on, and is never half there', async () => {
    site.answers = [slowly];
    const total = site.files.get(`/releases/download/${VERSION}/${BUILD}`)!.length;
    const size = async () => (await stat(join(folder, `${BUILD}.part`)).catch(() => ({ size: 0 }))).size;
    let before = 0;
    for (let round = 0; round < 3; round++) {
      const child = installing();
      const enough = before + Math.random() * 0.2 * total;
      await waitFor(`${enough} bytes to be there`, async () => {
        const seen = await size();
        return seen > enough ? { done: seen } : { seen: `${seen} bytes` };
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      expect(await installedLightningds(cache)).toEqual([]);
      before = await size();
    }
    expect(await printedBy(installing())).toMatchObject({ version: VERSION, fetched: { system: 'Ubuntu 24.04' } });
    expect(site.ranges.at(-1)).toBe(`bytes=${before}-`);
    expect(await cached()).toEqual([VERSION]);
  });

  test('two at once: one download', async () => {
    site.answers = [slowly];
    const results = await Promise.all([printedBy(installing()), printedBy(installing())]);
    for (const result of results)
      expect(result).toMatchObject({ lightningd: join(folder, VERSION, 'bin', 'lightningd') });
    expect(site.ranges).toEqual(['']);
  });

  test.skipIf(!mountable).each([
    ['for the download', 600],
    ['for the programs', 1_600],
  ])(`no room %s${whyNotMountable}`, async (_what, kilobytes) => {
    await mkdir(cache);
    const command = `mount -t tmpfs -o mode=700,size=${kilobytes}k none "$LN_PLAY_CACHE" && "$NODE" --input-type=module --eval "$SCRIPT"`;
    const env = { ...process.env, LN_PLAY_CACHE: cache, NODE: process.execPath, SCRIPT: script() };
    const { stdout } = await run('unshare', ['--mount', 'bash', '-c', command], { env });
    expect(JSON.parse(stdout)).toEqual({
      code: 'FILESYSTEM',
      message: expect.stringMatching(/^Cannot write lightningd v26\.06\.6 into the cache .*ENOSPC/) as string,
      hint: expect.stringContaining('make room') as string,
    });
  });
});

describe('the commands', () => {
  const env = () => ({ ...options().env, LIGHTNINGD_EXE: undefined });
  beforeEach(() => serve(layout()));

  test('a release that somebody else signed is refused, with the way out', async () => {
    const { code, stderr, stdout } = await runCli(['install', 'lightningd', '--for', 'ubuntu-24.04'], { env: env() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/error: No signature that counts is on the checksums of Core Lightning v26\.06\.6/);
    expect(stderr).toMatch(/none of the keys that count/);
    expect(stderr).toMatch(/hint: do not trust what this server has/);
  });

  test('what is installed is listed, completed, said by doctor, taken by up, and removed', async () => {
    await installLightningd(VERSION, options());
    const path = join(folder, VERSION, 'bin', 'lightningd');
    const json = <T>(...args: string[]) => runJson<T>(args, { env: env() });
    expect(await json('install', '--list')).toEqual({ installed: [{ program: 'lightningd', version: VERSION, path }] });
    expect(await json('install', 'lightningd')).toEqual({
      program: 'lightningd',
      version: VERSION,
      path,
      fetched: null,
      taken_by_up: true,
    });
    const report = await json<{ checks: { name: string; trail?: object[] }[] }>('doctor');
    expect(report.checks.find(({ name }) => name === 'lightningd')?.trail?.at(-1)).toEqual({
      source: 'installed',
      taken: true,
      reason: `${VERSION} was installed`,
      path,
    });
    const { stdout } = await runCli(['complete', 'fish', 'uninstall', 'lightningd', ''], { env: env() });
    expect(stdout).toMatch(new RegExp(`^${VERSION}\t`));
    expect(await json('uninstall', 'lightningd', VERSION)).toEqual({
      program: 'lightningd',
      version: VERSION,
      path,
      removed: true,
    });
    expect(await json('install', '--list')).toEqual({ installed: [] });
  });

  test.each([
    [['install'], /There is nothing named to install/],
    [['install', 'nonsense'], /There is no "nonsense" to install/],
    [['install', 'bitcoind', 'v31'], /There is no "bitcoind v31" to install/],
    [['install', 'lightningd', 'latest'], /"latest" is not a version of Core Lightning/],
    [['install', 'lightningd', '--for', 'debian-12'], /--for "debian-12" is not a system/],
    [['uninstall', 'bitcoind', 'v31'], /There is no "bitcoind" to uninstall/],
    [['uninstall', 'lightningd'], /missing required argument 'version'/],
  ])('%j is wrong usage, and changes nothing', async (args, says) => {
    const { code, stderr } = await runCli(args, { env: env() });
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    await expect(readdir(cache)).rejects.toThrow('ENOENT');
  });
});

const cln = await findLightningd().then(
  ({ executable }) => (executable.implementation === 'cln' ? executable.command : undefined),
  () => undefined,
);

const whyNotVersions = cln && process.platform === 'linux' ? '' : ' (skipped: there is no Core Lightning, or no /proc)';
describe.skipIf(whyNotVersions)(`versions of Core Lightning${whyNotVersions}`, () => {
  const place = usePlaygroundFolders();

  // there is but one real version here: each is the same program under its name
  test('a node is upgraded with its channels, and another is not, as docs/versions.md has it', async () => {
    const calls = (version: string, name: string) =>
      `#!/bin/sh\nMADE_AS=${version} exec '${join(cln!, '..', name)}' "$@"\n`;
    for (const version of ['v25.12', VERSION]) {
      const programs = ['lightningd', 'lightning-cli'].map((name) => [`./usr/bin/${name}`, calls(version, name)]);
      await serve(Object.fromEntries(programs) as Parameters<typeof serve>[0], version);
      await installLightningd(version, options());
      await site.close();
    }
    const { executable: bitcoind } = await findExecutable('bitcoind');
    const env = { LN_PLAY_DIR: place.dir, LN_PLAY_CACHE: cache, LIGHTNINGD_EXE: undefined };
    const json = <T>(...args: string[]) => runJson<T>(args, { env });
    /** Which version each node runs, as its process says. */
    const versions = async () => {
      const { nodes } = await place.status();
      const environments = await Promise.all(nodes.map(({ pid }) => readFile(`/proc/${pid}/environ`, 'utf8')));
      return environments.map((text) => /MADE_AS=([^\0]+)/.exec(text)?.[1]);
    };
    const ids = async () => (await place.status()).channels.map(({ short_channel_id: id }) => id);

    await json('up', '--bitcoind', bitcoind.command, '--lightningd', 'v25.12');
    await json('fund-and-channel');
    const before = await ids();
    expect(await versions()).toEqual(['v25.12', 'v25.12']);
    await json('up', '--node', `l1=${VERSION}`);
    await json('restart', 'l1');
    await json('wait');
    expect(await versions()).toEqual([VERSION, 'v25.12']);
    expect(await ids()).toEqual(before);
    expect(await json('pay-demo')).toMatchObject({ invoice: { status: 'paid' } });
    await json('down');
    await json('up'); // a node stays with what it was given last
    expect(await versions()).toEqual([VERSION, 'v25.12']);
  });
});
