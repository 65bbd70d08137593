import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The memory of all processes that run in a folder, in MB, what they share counted once; undefined where Linux doesn't tell. */
export function pssBelow(folder) {
  if (process.platform !== 'linux') return undefined;
  let kB = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)) continue;
      kB += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
    } catch {
      // it has ended, or is somebody else's
    }
  }
  return kB / 1024;
}
