import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, messageOf, systemCode } from '../../../core/errors.js';
import { withLock } from '../../../process/lock.js';
import { assertOwnCache } from '../cache-folder.js';
import { isExecutable, onPath } from '../files.js';
import { askVersion } from '../version.js';
import { Apt, PACKAGE, SUITE } from './apt.js';
import { downloadError } from './failures.js';
import { layOut, PROGRAMS, unpack } from './install.js';
import { findDebianMirror, shownMirror, THIS_HOST, type DebianHost } from './sources.js';

/**
 * How far the download is: percent in `index` and `packages`, packages in `unpack`, programs in `check`. `end` is the
 * last, however it ended.
 */
export interface FetchProgress {
  readonly phase: 'wait' | 'index' | 'packages' | 'unpack' | 'check' | 'end';
  readonly done: number;
  readonly total: number;
  /** In `wait`: who else is fetching it. */
  readonly text?: string;
}

export interface FetchOptions {
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress?: ((event: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly host?: DebianHost | undefined;
}

const FOLDER = 'bitcoin-knots';
const STAGING = 'staging-';
/** In `--library-path` of ld.so(8). */
const LOADER_SEPARATOR = /[:;]/;

/** Where a fetched bitcoind is, or would be. */
export const fetchedBin = (cache: string): string => join(cache, FOLDER, 'bin');

/**
 * Whether all that was fetched is there still.
 *
 * @throws {LnPlayError} FILESYSTEM where somebody else could have put it there
 */
export async function isFetched(cache: string): Promise<boolean> {
  assertOwnCache(cache);
  const paths = PROGRAMS.flatMap((name) => ['bin', 'libexec'].map((folder) => join(cache, FOLDER, folder, name)));
  return (await Promise.all(paths.map(isExecutable))).every(Boolean);
}

/** Whether Debian's bitcoind can be fetched on this machine: its mirror, or why not. */
export async function fetchSource({
  env,
  host = THIS_HOST,
}: Pick<FetchOptions, 'env' | 'host'>): Promise<{ readonly mirror: string } | { readonly whyNot: string }> {
  const offline = env['LN_PLAY_OFFLINE'];
  if (offline && offline !== '0') return { whyNot: `LN_PLAY_OFFLINE=${offline} forbids it` };
  for (const program of ['apt-get', 'dpkg'])
    if (!(await onPath(program, env))) return { whyNot: `this is no Debian: there is no ${program} on PATH` };
  const mirror = await findDebianMirror(host);
  if (mirror) return { mirror };
  return {
    whyNot: `the apt sources in ${host.aptEtc} name no mirror of Debian's archive (Ubuntu's carry no ${PACKAGE})`,
  };
}

/**
 * Fetches bitcoind and bitcoin-cli from Debian's archive into the cache: without root, checked against Debian's
 * signature, once however many ask for it. It is put together in a folder of its own and comes into the cache by a
 * rename, so it is there as a whole or not at all; what a killed fetch left is removed by the next.
 *
 * @throws {LnPlayError} DOWNLOAD, with what apt said; FILESYSTEM; ABORTED
 */
export async function fetchBitcoin(mirror: string, options: FetchOptions): Promise<void> {
  const { cache, onProgress, signal } = options;
  if (LOADER_SEPARATOR.test(cache))
    throw new LnPlayError(
      'FILESYSTEM',
      `The cache ${cache} has a colon or semicolon, where the loader would cut its path`,
      {
        hint: 'choose another folder with LN_PLAY_CACHE',
      },
    );
  const lock = {
    what: `the download of bitcoind into ${cache}`,
    wait: 'wait',
    signal,
    onWait: ({ pid, command }: { pid: number; command: string }) =>
      onProgress?.({ phase: 'wait', done: 0, total: 1, text: `process ${pid} (${command}) is fetching it` }),
  } as const;
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    await access(cache, constants.W_OK);
    await withLock(cache, 'fetch', lock, async () => {
      if (await isFetched(cache)) return;
      await removeLeftovers(cache);
      const staging = await mkdtemp(join(cache, STAGING));
      try {
        await fetchInto(staging, mirror, options);
      } finally {
        await rm(staging, { recursive: true, force: true });
      }
    });
  } catch (cause) {
    throw cause instanceof LnPlayError || !systemCode(cause) ? cause : filesystemError(cache, cause);
  } finally {
    onProgress?.({ phase: 'end', done: 1, total: 1 });
  }
}

async function fetchInto(staging: string, mirror: string, options: FetchOptions): Promise<void> {
  const { cache, env, host = THIS_HOST, onProgress, signal } = options;
  const report = (phase: FetchProgress['phase'], done: number, total: number) => onProgress?.({ phase, done, total });
  const at = (name: string) => join(staging, name);
  try {
    const apt = await Apt.create({ dir: at('apt'), env, mirror, host, signal });
    report('index', 0, 100);
    await apt.update((percent) => report('index', percent, 100));
    report('packages', 0, 100);
    const packages = await apt.download((percent) => report('packages', percent, 100));
    const total = packages.length;
    report('unpack', 0, total);
    await unpack(packages, at('unpacked'), { env, signal, onDone: (done) => report('unpack', done, total) });
    await layOut(at('unpacked'), at('new'));
    for (const [done, program] of PROGRAMS.entries()) {
      report('check', done, PROGRAMS.length);
      await askVersion(program, { command: join(at('new'), 'bin', program), args: [] }, { env, signal });
    }
  } catch (cause) {
    throw downloadError(cause, { mirror: shownMirror(mirror), suite: SUITE, cache });
  }
  await Promise.all([at('apt'), at('unpacked')].map((path) => rm(path, { recursive: true, force: true })));
  const target = join(cache, FOLDER);
  await rename(target, at('old')).catch((cause: unknown) => {
    if (systemCode(cause) !== 'ENOENT') throw cause; // usually there is none that somebody damaged
  });
  await rename(at('new'), target);
  report('check', PROGRAMS.length, PROGRAMS.length);
}

async function removeLeftovers(cache: string): Promise<void> {
  const leftovers = (await readdir(cache)).filter((name) => name.startsWith(STAGING));
  await Promise.all(leftovers.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

function filesystemError(cache: string, cause: unknown): LnPlayError {
  return new LnPlayError('FILESYSTEM', `Cannot write bitcoind into the cache ${cache}: ${messageOf(cause)}`, {
    hint: 'make room there, or choose another folder with LN_PLAY_CACHE',
    cause,
  });
}
