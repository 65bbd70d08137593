import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/core/cache-folder.js';
import { RELEASE } from '../../src/daemons/executables/core/release.js';
import { DEBIAN } from '../../src/daemons/executables/debian/source.js';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { THIS_HOST } from '../../src/daemons/executables/host.js';
import { EMBEDDED } from '../../src/daemons/executables/embedded.js';
import type { Step } from '../../src/network/steps.js';
import { run } from '../../src/process/run.js';
import { runJson } from './support.js';

let cache: string;
let home: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ln-play càche '));
  home = await mkdtemp(join(tmpdir(), 'ln-play-home-'));
});
afterEach(async () => {
  for (const folder of [cache, home]) await rm(folder, { recursive: true, force: true });
});

const { env: ours } = process;
const source = await DEBIAN.look({ env: ours, cache: cacheFolder(ours), host: THIS_HOST, release: RELEASE });
const whyNot = 'whyNot' in source ? source.whyNot : undefined;

describe.skipIf(whyNot !== undefined)(`bitcoind from Debian's archive${whyNot ? ` (skipped: ${whyNot})` : ''}`, () => {
  /** As on a machine with no bitcoind of its own. */
  const env = () => {
    const { BITCOIND_EXE: _, ...rest } = process.env;
    return { ...rest, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LN_PLAY_CACHE: cache, HOME: home };
  };

  test('is fetched once by two at the same time, and runs', async () => {
    const phases: string[] = [];
    const options = { env: env(), onProgress: ({ phase }: { phase: string }) => phases.push(phase) };
    const [{ executable }, other] = await Promise.all([
      findExecutable('bitcoind', options),
      findExecutable('bitcoind', options),
    ]);
    expect(other.executable.command).toBe(executable.command);
    expect(phases.filter((phase) => phase === 'wait')).toHaveLength(1);

    const { executable: cli } = await findExecutable('bitcoin-cli', { env: env(), beside: executable });
    expect(cli.source).toBe('beside');
    for (const { command } of [executable, cli])
      expect((await run(command, ['-version'])).stdout).toMatch(/version v\d+/);
    expect((await readdir(cache)).filter((name) => !name.startsWith('fetch.lock'))).toEqual(['bitcoin-knots']);
    expect(await readdir(home)).toEqual([]);

    const again = await findExecutable('bitcoind', { env: { ...env(), LN_PLAY_OFFLINE: '1' } });
    expect(again.executable).toEqual({ ...executable, source: 'cache' });
  });

  test('has a row of its own in a demo that fetches it, and none in the next', async () => {
    const demo = async (): Promise<string[]> => {
      const options = { env: { ...env(), BITCOIND_EXE: '' } };
      const { steps } = await runJson<{ steps: Step[] }>(['demo', '--lightningd', EMBEDDED], options);
      return steps.map(({ name }) => name);
    };
    expect((await demo()).slice(0, 2)).toEqual(['fetch bitcoind', 'start bitcoind']);
    expect(await demo()).not.toContain('fetch bitcoind');
  });

  test('is refused when the archive cannot be reached, with what apt said', async () => {
    const nowhere = { http_proxy: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
    const error = (await findExecutable('bitcoind', { env: { ...env(), ...nowhere } }).catch((e: unknown) => e)) as {
      details: string[];
    };
    expect(error).toMatchObject({ code: 'DOWNLOAD', hint: expect.stringContaining('proxy') as string });
    expect(error.details.join('\n')).toMatch(/E: /);
  });
});
