import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemCode } from '../core/errors.js';
import { namesIn } from '../core/files.js';

const DATABASE = /^lightningd\.sqlite3/;
/** gossipd makes it when the database is complete. */
const GOSSIP_STORE = 'gossip_store';
/** What lightningd logs once it is up; before that, its database may be half made. */
const UP = 'Server started with public key';

/**
 * Removes the database of a Core Lightning that was killed while it made it: it would refuse to start ever after ("table
 * outputs already exists"). Only where its log is there and shows that it never was up, and no gossip store is there, so
 * that nobody can have used it: people clear logs, and gossip stores, but hardly both.
 */
export async function removeStillbornDatabase(networkDir: string, logFile: string): Promise<void> {
  const names = await namesIn(networkDir);
  const files = names.filter((name) => DATABASE.test(name));
  if (names.includes(GOSSIP_STORE)) return;
  if (files.length === 0 || (await wasEverUp(logFile)) !== false) return;
  for (const file of files) await rm(join(networkDir, file), { force: true });
}

/** undefined if there is no log that could tell. */
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
