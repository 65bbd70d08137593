import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { assertOurs } from '../../core/ownership.js';

/**
 * Where ln-play keeps what it fetched: `LN_PLAY_CACHE`, else `ln-play` in `XDG_CACHE_HOME` (which the XDG base directory
 * specification wants absolute), else in `~/.cache`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['LN_PLAY_CACHE']) return resolve(env['LN_PLAY_CACHE']);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'ln-play');
  return join(env['HOME'] || homedir(), '.cache', 'ln-play');
}

/** @throws {LnPlayError} FILESYSTEM for a cache in which somebody else could have put what would run as us */
export const assertOwnCache = (cache: string): void =>
  assertOurs(cache, ['*/bin/*', '*/libexec/*', '*/lib/*'], 'choose another cache with LN_PLAY_CACHE');

/** The FILESYSTEM error for what cannot be written into the cache: "bitcoind". */
export function cacheError(cache: string, what: string, cause: unknown): LnPlayError {
  return new LnPlayError('FILESYSTEM', `Cannot write ${what} into the cache ${cache}: ${messageOf(cause)}`, {
    hint: 'make room there, or choose another folder with LN_PLAY_CACHE',
    cause,
  });
}
