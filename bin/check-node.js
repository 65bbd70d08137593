import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Ends with a clear message on a Node that is too old, before anything is loaded that it could not even parse. One that
 * can keep what it has compiled (from 22.1 on) is told to.
 */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) {
    const { LN_PLAY_CACHE, XDG_CACHE_HOME } = process.env;
    const cache = LN_PLAY_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'ln-play');
    module.enableCompileCache?.(join(cache, 'compiled'));
    return;
  }
  process.stderr.write(
    `ln-play needs Node 20.19 or later; this is ${process.version}: install a later one from nodejs.org\n`,
  );
  process.exit(1);
}
