import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

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
