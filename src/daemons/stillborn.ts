import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemCode } from '../core/errors.js';

const DATABASE = /^lightningd\.sqlite3/;
/** What lightningd logs once it is up; before that, its database may be half made. */
const UP = 'Server started with public key';

/**
 * Removes the database of a Core Lightning that was killed while it made it: it would refuse to start ever after ("table
 * outputs already exists"). Only where its log is there and shows that it never was up, so that nobody can have used it.
 */
export async function removeStillbornDatabase(networkDir: string, logFile: string): Promise<void> {
  const files = (await namesIn(networkDir)).filter((name) => DATABASE.test(name));
  if (files.length === 0 || (await wasEverUp(logFile)) !== false) return;
  for (const file of files) await rm(join(networkDir, file), { force: true });
}

/** undefined where there is no log that could tell. */
async function wasEverUp(logFile: string): Promise<boolean | undefined> {
  const stream = createReadStream(logFile);
  let lines = 0;
  try {
    for await (const line of createInterface({ input: stream })) {
      lines++;
      if (line.includes(UP)) return true;
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  } finally {
    stream.destroy();
  }
  return lines === 0 ? undefined : false;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
