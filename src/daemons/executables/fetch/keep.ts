import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, systemCode } from '../../../core/errors.js';
import { withLock } from '../../../process/lock.js';
import { cacheError } from '../own-cache.js';
import { PARTIAL } from '../download/download.js';
import type { FetchProgress } from './source.js';

export interface KeepOptions {
  /** The folder that keeps what is fetched, made where there is none; it is locked. */
  readonly folder: string;
  /** What is fetched, as a person says it: "bitcoind". */
  readonly what: string;
  readonly onProgress?: ((event: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the name of a folder begins with that is of use to nobody once whoever made it is gone. */
export const STAGING = 'staging-';

/**
 * Fetches something into a folder, once, however many ask for it. What is fetched is put together in a folder of its own
 * and gets its place by a rename (`stage`), so it is there as a whole or not at all; what a killed fetch left is removed by
 * the next, or gone on with.
 *
 * @param isThere whether it needn't be fetched, since another did
 * @throws {LnPlayError} FILESYSTEM; ABORTED; what `fetch` throws
 */
export async function fetchOnce(
  options: KeepOptions,
  isThere: () => Promise<boolean>,
  fetch: () => Promise<void>,
): Promise<void> {
  const { folder, what, onProgress, signal } = options;
  const lock = {
    what: `the download of ${what} into ${folder}`,
    wait: 'wait',
    signal,
    onWait: ({ pid, command }: { pid: number; command: string }) =>
      onProgress?.({ phase: 'wait', done: 0, total: 1, text: `process ${pid} (${command}) is fetching it` }),
  } as const;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    await withLock(folder, 'fetch', lock, async () => {
      if (await isThere()) return;
      await removeFiles(folder, (name) => name.startsWith(STAGING));
      await fetch();
      await removeFiles(folder, (name) => name.endsWith(PARTIAL));
    });
  } catch (cause) {
    throw cause instanceof LnPlayError || !systemCode(cause) ? cause : cacheError(folder, what, cause);
  } finally {
    onProgress?.({ phase: 'end', done: 1, total: 1 });
  }
}

/**
 * Has a folder made and gives it its place, where it takes the place of what is there.
 *
 * @param name of the folder, in the one that keeps it
 * @param make makes it in an empty folder, which is removed afterwards, and says where
 */
export async function stage(
  { folder }: KeepOptions,
  name: string,
  make: (staging: string) => Promise<string>,
): Promise<void> {
  const staging = await mkdtemp(join(folder, STAGING));
  try {
    const made = await make(staging);
    const target = join(folder, name);
    await rename(target, join(staging, 'old')).catch((cause: unknown) => {
      if (systemCode(cause) !== 'ENOENT') throw cause; // usually there is none that somebody damaged
    });
    await rename(made, target);
  } finally {
    await rm(staging, { recursive: true, force: true, maxRetries: 10 }); // what failed may be writing still
  }
}

async function removeFiles(folder: string, isLeft: (name: string) => boolean): Promise<void> {
  const names = (await readdir(folder)).filter(isLeft);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
