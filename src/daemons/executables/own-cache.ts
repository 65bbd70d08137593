import { LnPlayError, messageOf } from '../../core/errors.js';
import { assertOurs } from '../../core/ownership.js';

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
