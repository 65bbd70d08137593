import { basename } from 'node:path';
import type { LightningdExecutable } from '../lightningd.js';
import { cacheFolder } from '../../core/cache-folder.js';
import type { FetchProgress } from './fetch/source.js';
import type { Program } from './programs.js';
import { searchExecutable, type Executable, type SearchOptions, type Step } from './search.js';

export type { FetchProgress } from './fetch/source.js';
export type { Program } from './programs.js';
export type { Executable, Source, Step } from './search.js';

export interface FindOptions extends SearchOptions {
  /** How far a download is. */
  readonly onProgress?: (event: FetchProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The program that ln-play is to start, from the first place that has it: its flag, its variable, PATH, our cache, a
 * download into the cache (bitcoind, with its bitcoin-cli), the one that comes with ln-play (lightningd).
 *
 * @returns with the trail: each place that was looked at, and why it was or wasn't taken
 * @throws {LnPlayError} MISSING_BINARY, with how to install it, or naming the flag or variable that names nothing;
 *   DOWNLOAD; FILESYSTEM; ABORTED; USAGE for a setting that cannot be used
 */
export async function findExecutable(
  program: Program,
  options: FindOptions = {},
): Promise<{ readonly executable: Executable; readonly trail: readonly Step[] }> {
  const { outcome, trail } = await searchExecutable(program, options);
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind === 'found') return { executable: outcome.executable, trail };
  const { env = process.env, onProgress, signal } = options;
  const { fetchBitcoin } = await import('./fetch/fetch.js'); // most find one, and need nothing of this
  await fetchBitcoin(outcome.offers, { cache: cacheFolder(env), onProgress, signal });
  const again = await searchExecutable(program, options);
  if (again.outcome.kind !== 'found') throw new Error(`${program} was fetched, but is not in ${cacheFolder(env)}`);
  const executable: Executable = { ...again.outcome.executable, source: 'download' };
  const path = executable.command;
  return { executable, trail: trail.map((step) => (step.source === 'download' ? { ...step, path } : step)) };
}

/** As `findExecutable`, with whose lightningd it is: for reports, since both are started and used alike. */
export async function findLightningd(
  options: FindOptions = {},
): Promise<{ readonly executable: Executable & LightningdExecutable; readonly trail: readonly Step[] }> {
  const { executable, trail } = await findExecutable('lightningd', options);
  const ours = [executable.command, ...executable.args].some((word) => basename(word).startsWith('ln-play-lightningd'));
  return { executable: { ...executable, implementation: ours ? 'embedded' : 'cln' }, trail };
}
