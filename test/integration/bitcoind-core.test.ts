import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import { RELEASE, targetOf } from '../../src/daemons/executables/core/release.js';
import { fetchedBin } from '../../src/daemons/executables/fetch/sources.js';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { THIS_HOST } from '../../src/daemons/executables/host.js';
import { run } from '../../src/process/run.js';
import { archiveOf, LAYOUT, VERSION, type Archive } from '../fakes/bitcoincore/archive.js';
import { fakeSite, type CoreSite } from '../fakes/bitcoincore/site.js';
import { slowly } from '../fakes/http/site.js';
import { printedBy, runProgram } from './program.js';
import { mountable, runJson, useTemporaryFolder } from './support.js';

const whyNotMountable = mountable ? '' : ' (skipped: this user may not mount a file system)';
const target = targetOf(THIS_HOST)?.name;
const whyNot = target ? '' : ` (skipped: Bitcoin Core has no release for ${process.platform} on ${process.arch})`;

/** Bitcoin Core's release from a mirror on loopback, fetched by processes that run what the build made. */
describe.skipIf(!target)(`bitcoind from Bitcoin Core's release${whyNot}`, () => {
  const folder = useTemporaryFolder();
  const bulk = { [`bitcoin-${VERSION}/share/bulk`]: randomBytes(1_000_000) };
  let root: string;
  let cache: string;
  let archive: Archive;
  let site: CoreSite;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ln-play core '));
    cache = join(root, 'cache');
    await serve(await archiveOf(join(root, 'archive'), { ...LAYOUT, ...bulk }));
  });
  afterEach(async () => {
    await site.close();
    await rm(root, { recursive: true, force: true });
  });

  async function serve(what: Archive): Promise<void> {
    archive = what;
    site = await fakeSite(target!, what.bytes);
  }
  const options = () => ({
    env: { PATH: '/usr/bin:/bin', HOME: root, LN_PLAY_CACHE: cache, LN_PLAY_BITCOIND_MIRROR: site.base },
    release: { ...RELEASE, version: VERSION, sha256: { [target!]: archive.sha256 } },
  });
  /** A program that fetches, and prints what it came to. */
  const script = () => `
    import { findExecutable } from ${JSON.stringify(new URL('../../dist/daemons/executables/find.js', import.meta.url).href)};
    const print = (value) => console.log(JSON.stringify(value));
    await findExecutable('bitcoind', ${JSON.stringify(options())}).then(
      ({ executable }) => print(executable),
      ({ code, message, hint }) => print({ code, message, hint }),
    );`;
  const fetching = () => runProgram(script());
  const cached = async () => (await readdir(cache)).filter((name) => !name.startsWith('fetch.lock'));

  test('killed again and again at random moments: it goes on, and is never half there', async () => {
    site.answers = [slowly];
    const part = join(cache, `bitcoin-${VERSION}-${target}.tar.gz.part`);
    const size = async () => (await stat(part).catch(() => ({ size: 0 }))).size;
    let before = 0;
    for (let round = 0; round < 4; round++) {
      const child = fetching();
      const enough = before + Math.random() * 0.2 * archive.bytes.length;
      await waitFor(`${enough} bytes to be there`, async () => {
        const seen = await size();
        return seen > enough ? { done: seen } : { seen: `${seen} bytes` };
      });
      child.kill('SIGKILL');
      await once(child, 'close');
      expect(await fetchedBin(cache)).toBeUndefined();
      before = await size();
    }
    expect(await printedBy(fetching())).toMatchObject({ source: 'download' });
    expect(site.ranges).toHaveLength(5);
    expect(site.ranges.at(-1)).toBe(`bytes=${before}-`);
    expect(await cached()).toEqual(['bitcoin-core']);
  });

  test('two processes at once: one download', async () => {
    site.answers = [slowly];
    const [one, other] = await Promise.all([printedBy(fetching()), printedBy(fetching())]);
    expect(one).toMatchObject({ command: join(cache, 'bitcoin-core', 'bin', 'bitcoind') });
    expect(other).toEqual(one);
    expect(site.ranges).toEqual(['']);
  });

  test.skipIf(!mountable).each([
    ['for the download', 600, {}],
    ['for the programs', 1_600, { [`bitcoin-${VERSION}/bin/bitcoin-cli`]: randomBytes(900_000) }],
  ])(`no room %s${whyNotMountable}`, async (_what, kilobytes, more) => {
    await site.close();
    await serve(await archiveOf(join(root, 'archive'), { ...LAYOUT, ...(Object.keys(more).length > 0 ? more : bulk) }));
    await mkdir(cache);
    const command = `mount -t tmpfs -o mode=700,size=${kilobytes}k none "$LN_PLAY_CACHE" && "$NODE" --input-type=module --eval "$SCRIPT"`;
    const env = { ...process.env, LN_PLAY_CACHE: cache, NODE: process.execPath, SCRIPT: script() };
    const { stdout } = await run('unshare', ['--mount', 'bash', '-c', command], { env });
    expect(JSON.parse(stdout)).toEqual({
      code: 'FILESYSTEM',
      message: expect.stringMatching(/^Cannot write bitcoind into the cache .*ENOSPC/) as string,
      hint: expect.stringContaining('make room') as string,
    });
  });

  test('does the whole job, with a config that has what this bitcoind does not know', async () => {
    const { executable: real } = await findExecutable('bitcoind');
    const { executable: realCli } = await findExecutable('bitcoin-cli', { beside: real });
    const calls = (path: string) => `#!/bin/sh\nexec '${path}' "$@"\n`;
    const programs = {
      [`bitcoin-${VERSION}/bin/bitcoind`]: calls(real.command),
      [`bitcoin-${VERSION}/bin/bitcoin-cli`]: calls(realCli.command),
      [`bitcoin-${VERSION}/share/bulk`]: await readFile(process.execPath).then((bytes) =>
        bytes.subarray(0, 20_000_000),
      ),
    };
    await site.close();
    await serve(await archiveOf(join(root, 'archive'), programs));
    const { executable } = await findExecutable('bitcoind', options());
    expect(executable).toMatchObject({ source: 'download', command: join(cache, 'bitcoin-core', 'bin', 'bitcoind') });

    const env = { ...options().env, BITCOIND_EXE: '', LIGHTNINGD_EXE: 'embedded', LN_PLAY_OFFLINE: '1' };
    const dir = join(folder.path, 'p');
    const inDir = (...args: string[]) => runJson([...args, '--dir', dir], { env });
    await inDir('up');
    const config = join(dir, 'bitcoin', 'bitcoin.conf');
    const text = await readFile(config, 'utf8');
    expect(JSON.parse(await readFile(join(dir, 'ln-play.json'), 'utf8'))).toMatchObject({
      bitcoind: { command: executable.command },
    });
    await inDir('down');
    // as corepolicy is to Bitcoin Core
    await appendFile(config, 'nobodyknowsthis=1\n');
    expect(text).toContain('corepolicy=1');
    await inDir('up');
    expect(await readFile(join(dir, 'bitcoin', 'regtest', 'debug.log'), 'utf8')).toContain(
      'Ignoring unknown configuration value regtest.nobodyknowsthis',
    );
    await inDir('fund-and-channel');
    await inDir('pay-demo');
    await inDir('destroy', '--yes');
  });
});
