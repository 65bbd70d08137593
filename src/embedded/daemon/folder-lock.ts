import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../../core/errors.js';
import { isServed } from '../unix-socket.js';

/** `lock-PID-RANDOM`: a socket that the process of that pid listens on for as long as it lives. */
const NAME = /^lock-(\d+)-[0-9a-f]{8}$/;
/** One that does not listen yet. */
const FRESH = /^lock-\d+-[0-9a-f]{8}\.new$/;
/** Two that come at the same moment see each other: both step back, and try again at different times. */
const ATTEMPTS = 5;
const STEP_BACK_MS = 20;

/** Another process has the lock. */
export class FolderLockedError extends Error {
  readonly pid: number;
  constructor(pid: number) {
    super(`locked by process ${pid}`);
    this.name = 'FolderLockedError';
    this.pid = pid;
  }
}

/**
 * Locks a folder until the process ends, however it ends: Node has no flock(2), so a socket in the folder that somebody
 * listens on stands for it. The kernel closes it with its process, so that what a dead process leaves behind is refused
 * and holds nothing, whoever has its pid now; and only those who may write to the folder can lock it.
 *
 * Each process has a socket of its own name, shown under that name once it listens, and then looks for others. So of two
 * at least one sees the other, and a name that refuses never comes to life again: it can be removed at any time.
 *
 * @returns unlocks it
 * @throws {FolderLockedError}; the system's error if the folder cannot be written
 */
export async function lockFolder(folder: string): Promise<() => void> {
  for (let attempt = 1; ; attempt++) {
    const own = await show(folder);
    const holder = own && (await otherHolder(folder, own.name));
    if (own && holder === undefined) return own.remove;
    own?.remove();
    if (holder !== undefined && attempt >= ATTEMPTS) throw new FolderLockedError(holder);
    await delay(STEP_BACK_MS * (1 + Math.random()));
  }
}

interface Shown {
  readonly name: string;
  readonly remove: () => void;
}

/** Shows a socket that listens; undefined if another process took it for a dead one's before it did. */
async function show(folder: string): Promise<Shown | undefined> {
  const name = `lock-${process.pid}-${randomUUID().slice(0, 8)}`;
  const server = createServer((socket) => socket.destroy()).unref();
  await listen(server, join(folder, `${name}.new`));
  const remove = (): void => {
    rmSync(join(folder, name), { force: true });
    server.close();
  };
  try {
    renameSync(join(folder, `${name}.new`), join(folder, name));
  } catch (error) {
    remove();
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return { name, remove };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

/** The pid of another process that listens in the folder; removes what the dead have left. */
async function otherHolder(folder: string, own: string): Promise<number | undefined> {
  for (const name of readdirSync(folder)) {
    const pid = NAME.exec(name)?.[1];
    if (name === own || (pid === undefined && !FRESH.test(name))) continue;
    const path = join(folder, name);
    if (!(await isServed(path))) rmSync(path, { force: true });
    else if (pid !== undefined) return Number(pid);
  }
  return undefined;
}
