import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, systemCode } from '../../../core/errors.js';
import { withLock } from '../../../process/lock.js';
import { cacheError } from '../cache-folder.js';
import { PARTIAL } from '../core/source.js';
import { OTHERWISE } from './programs.js';
import type { FetchProgress, Offer } from './source.js';
import { fetchedBin } from './sources.js';

export interface FetchOptions {
  readonly cache: string;
  readonly onProgress?: ((event: FetchProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const STAGING = 'staging-';

/**
 * Fetches bitcoind and bitcoin-cli into the cache, without root, from the first of the offers that goes well; once, however
 * many ask for it. What is fetched is put together in a folder of its own and comes into the cache by a rename, so it is
 * there as a whole or not at all; what a killed fetch left is removed by the next, or gone on with.
 *
 * @throws {LnPlayError} DOWNLOAD, with what each source said; FILESYSTEM; ABORTED
 */
export async function fetchBitcoin(offers: readonly Offer[], options: FetchOptions): Promise<void> {
  const { cache, onProgress, signal } = options;
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
      if (await fetchedBin(cache)) return;
      await removeFiles(cache, (name) => name.startsWith(STAGING));
      await fetchFirst(offers, options);
      await removeFiles(cache, (name) => name.endsWith(PARTIAL));
    });
  } catch (cause) {
    throw cause instanceof LnPlayError || !systemCode(cause) ? cause : cacheError(cache, cause);
  } finally {
    onProgress?.({ phase: 'end', done: 1, total: 1 });
  }
}

/** Tries one after the other; what is no matter of the source, such as a full disk, ends it. */
async function fetchFirst(offers: readonly Offer[], options: FetchOptions): Promise<void> {
  const failures: LnPlayError[] = [];
  for (const offer of offers) {
    try {
      await fetchFrom(offer, options);
      return;
    } catch (error) {
      if (!(error instanceof LnPlayError) || error.code !== 'DOWNLOAD') throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0]! : allFailed(offers, failures);
}

async function fetchFrom(
  { source, folder, fetchInto }: Offer,
  { cache, onProgress, signal }: FetchOptions,
): Promise<void> {
  const staging = await mkdtemp(join(cache, STAGING));
  try {
    const made = await fetchInto(staging, {
      signal,
      report: (phase, done, total) => onProgress?.({ phase, done, total, from: source }),
    });
    const target = join(cache, folder);
    await rename(target, join(staging, 'old')).catch((cause: unknown) => {
      if (systemCode(cause) !== 'ENOENT') throw cause; // usually there is none that somebody damaged
    });
    await rename(made, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function allFailed(offers: readonly Offer[], failures: readonly LnPlayError[]): LnPlayError {
  const details = failures.flatMap(({ message, details }) => [message, ...details.map((line) => `  ${line}`)]);
  const hints = failures.map(
    ({ hint = 'see above' }, i) => `${offers[i]!.source}: ${hint.replace(`; or ${OTHERWISE}`, '')}`,
  );
  const names = offers.map(({ source }) => source).join(' or from ');
  return new LnPlayError('DOWNLOAD', `bitcoind could not be fetched, neither from ${names.replace(' or ', ' nor ')}`, {
    details,
    hint: [...hints, `or ${OTHERWISE}`].join('\n'),
    cause: failures.at(-1),
  });
}

async function removeFiles(cache: string, isLeft: (name: string) => boolean): Promise<void> {
  const names = (await readdir(cache)).filter(isLeft);
  await Promise.all(names.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}
