import { statSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Ends with a clear message on a Node that is too old, before anything is loaded that it could not even parse. One that
 * can keep what it has compiled (from 22.1 on) is told to.
 */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) {
    const { LN_PLAY_CACHE, XDG_CACHE_HOME } = process.env;
    const cache = LN_PLAY_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'ln-play');
    const compiled = join(cache, 'compiled');
    if ([dirname(cache), cache, compiled].every(isOurs)) module.enableCompileCache?.(compiled);
    return;
  }
  process.stderr.write(
    `ln-play needs Node 20.19 or later; this is ${process.version}: install a later one from nodejs.org\n`,
  );
  process.exit(1);
}

/** Whether nobody else can put there what Node would run; as core/ownership.ts says it in full, before anything is loaded. */
function isOurs(folder) {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (!stats) return true; // it will be ours
  const mine = stats.uid === 0 || stats.uid === process.getuid?.();
  const othersWrite = (stats.mode & 0o022) !== 0 && (stats.mode & 0o1000) === 0;
  return mine && !othersWrite;
}
