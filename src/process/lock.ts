import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, unlink, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LnPlayError, systemCode } from '../core/errors.js';
import { fileError, isDiskFull, removeTree } from '../core/files.js';
import { waitFor } from '../core/wait.js';
import { isAlive, processIdentity, type ProcessIdentity } from './identity.js';

/** Who holds a lock, and with which command. */
export interface LockHolder extends ProcessIdentity {
  readonly command: string;
}

export interface LockOptions {
  /** The locked thing as a person says it: "the playground in /home/ann/.ln-play". */
  readonly what: string;
  /** What to do while another process holds it. */
  readonly wait: 'wait' | 'fail';
  /**
   * What to do where the disk is full or read-only, so that nobody can take it: fail, or run the body all the same once
   * nobody holds it, for a body that makes room.
   */
  readonly whereFull?: 'fail' | 'go on';
  /** Called once, when there is somebody to wait for. */
  readonly onWait?: ((holder: LockHolder) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Give up waiting after this long, in ms. */
  readonly timeoutMs?: number;
}

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];
const INTERVAL_MS = 20;
const TIMEOUT_MS = 600_000;

/**
 * Runs `body` while no other process runs one under the same lock. A holder that was killed holds it no longer, since
 * its pid and start time are looked at; nobody ever has to remove a stale lock.
 *
 * The lock is a row of files `name.lock.N` in `dir`, which has to be there. Each holder links a file with the next number, complete with its
 * name in it, so that it cannot be seen half-written and two can't take the same number. The one with the highest number
 * holds the lock, until it is dead or its file is empty: released. The highest file is never removed: a process that was
 * stopped between looking and linking then finds a higher number than its own, and starts again. What a holder says later
 * it says through its open file: where the folder was removed under it, and made anew, that one is another's.
 *
 * @throws {LnPlayError} LOCKED, naming the holder; FILESYSTEM where there is no such folder or it cannot be written;
 *   TIMEOUT; ABORTED
 */
export async function withLock<T>(dir: string, name: string, options: LockOptions, body: () => Promise<T>): Promise<T> {
  const lock = new EpochLock(dir, name);
  try {
    await lock.acquire(options);
    return await body();
  } finally {
    await lock.release();
  }
}

/** Who holds the lock now; undefined when it is free. */
export async function lockHolder(dir: string, name: string): Promise<LockHolder | undefined> {
  return await new EpochLock(dir, name).holder();
}

/**
 * Removes the folder of locks, by whoever holds the one that all others in it are taken under. It goes as a whole: whoever
 * waits for a lock in it finds no folder, and none that is half gone.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function removeLocks(dir: string): Promise<void> {
  const gone = `${dir}.${randomUUID()}`;
  try {
    await rename(dir, gone);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return;
    throw fileError('remove', dir, cause);
  }
  await removeTree(gone);
}

class EpochLock {
  readonly #dir: string;
  readonly #prefix: string;
  /** Our file, while we hold the lock. */
  #own: FileHandle | undefined;
  /** A wait that is given up may leave an attempt under way, which then gets the lock after all. */
  #attempt: Promise<LockHolder | undefined> = Promise.resolve(undefined);

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#prefix = `${name}.lock.`;
  }

  async acquire(options: LockOptions): Promise<void> {
    const { what, wait, onWait, signal, timeoutMs = TIMEOUT_MS, whereFull = 'fail' } = options;
    let told = false;
    await waitFor(
      `${what} to be free`,
      async () => {
        const holder = await (this.#attempt = this.#tryAcquire(whereFull));
        if (!holder) return { done: undefined };
        if (wait === 'fail') throw lockedError(what, holder);
        if (!told) onWait?.(holder);
        told = true;
        return { seen: `process ${holder.pid} (${holder.command}) holds it` };
      },
      { signal, timeoutMs, intervalMs: INTERVAL_MS },
    );
  }

  async release(): Promise<void> {
    await this.#attempt.catch(() => {}); // whoever waited for it has been told
    const own = this.#own;
    this.#own = undefined;
    try {
      await own?.truncate();
    } catch (cause) {
      throw this.#filesystemError(cause);
    } finally {
      await own?.close();
    }
  }

  async holder(): Promise<LockHolder | undefined> {
    const epoch = Math.max(0, ...(await this.#epochs()));
    return epoch === 0 ? undefined : await this.#holderOf(epoch);
  }

  /** Takes the lock, or tells who holds it. */
  async #tryAcquire(whereFull: 'fail' | 'go on'): Promise<LockHolder | undefined> {
    for (;;) {
      const highest = Math.max(0, ...(await this.#epochs()));
      const holder = await this.#holderOf(highest);
      if (holder) return holder;
      const epoch = highest + 1;
      let own: FileHandle | undefined;
      try {
        own = await this.#claim(epoch);
      } catch (error) {
        if (whereFull === 'go on' && isNoRoom(error)) return undefined;
        throw error;
      }
      if (!own) continue;
      if (!(await this.#isNext(epoch))) {
        await own.close();
        await removeIfThere(this.#path(epoch));
        continue;
      }
      this.#own = own;
      await this.#sweep(epoch);
      return undefined;
    }
  }

  /** Whether nobody came after us, and who came before us is there and done: in a folder made anew it may be another. */
  async #isNext(epoch: number): Promise<boolean> {
    const epochs = await this.#epochs();
    if (epochs.some((other) => other > epoch)) return false;
    return epoch === 1 || (epochs.includes(epoch - 1) && !(await this.#holderOf(epoch - 1)));
  }

  /** Links our file as number `epoch`; undefined when somebody was faster. */
  async #claim(epoch: number): Promise<FileHandle | undefined> {
    const temporary = join(this.#dir, `${this.#prefix}new-${process.pid}-${randomUUID()}`);
    let file: FileHandle | undefined;
    try {
      file = await open(temporary, 'wx', 0o600);
      await file.writeFile(JSON.stringify(self()));
      await link(temporary, this.#path(epoch));
      return file;
    } catch (cause) {
      await file?.close();
      if (systemCode(cause) === 'EEXIST') return undefined;
      throw this.#filesystemError(cause);
    } finally {
      if (file) await removeIfThere(temporary);
    }
  }

  async #holderOf(epoch: number): Promise<LockHolder | undefined> {
    try {
      const holder = JSON.parse(await readFile(this.#path(epoch), 'utf8')) as LockHolder;
      return isAlive(holder) ? holder : undefined;
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT' || cause instanceof SyntaxError) return undefined; // empty: released
      throw this.#filesystemError(cause);
    }
  }

  /**
   * Removes what earlier holders left. The last file but one stays: a listing that runs while the highest changes would
   * otherwise miss both.
   */
  async #sweep(epoch: number): Promise<void> {
    const names = await this.#names();
    await Promise.all(
      names.map(async (name) => {
        const rest = name.slice(this.#prefix.length);
        const temporaryOf = /^new-(\d+)-/.exec(rest)?.[1];
        const stale = temporaryOf ? !processIdentity(Number(temporaryOf)) : Number(rest) < epoch - 1;
        if (stale) await removeIfThere(join(this.#dir, name));
      }),
    );
  }

  async #epochs(): Promise<number[]> {
    return (await this.#names()).map((name) => Number(name.slice(this.#prefix.length))).filter(Number.isSafeInteger);
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#dir)).filter((name) => name.startsWith(this.#prefix));
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return [];
      throw this.#filesystemError(cause);
    }
  }

  #path(epoch: number): string {
    return join(this.#dir, `${this.#prefix}${epoch}`);
  }

  #filesystemError(cause: unknown): LnPlayError {
    if (!NO_LINKS.includes(systemCode(cause) ?? '')) return fileError('lock', this.#dir, cause);
    return new LnPlayError('FILESYSTEM', `Cannot lock ${this.#dir}: its file system has no hard links`, {
      hint: 'choose a folder on a disk of this machine',
      cause,
    });
  }
}

const isNoRoom = (error: unknown): boolean =>
  isDiskFull(error) || (error instanceof LnPlayError && systemCode(error.cause) === 'EROFS');

function self(): LockHolder {
  const identity = processIdentity(process.pid);
  if (!identity) throw new Error(`the system does not know our own process ${process.pid}`);
  const [, script = 'node', ...args] = process.argv;
  return { ...identity, command: [basename(script).replace(/\.js$/, ''), ...args].join(' ') };
}

function lockedError(what: string, { pid, command }: LockHolder): LnPlayError {
  return new LnPlayError(
    'LOCKED',
    `${what.replace(/^the /, 'The ')} is in use by another command: process ${pid} (${command})`,
    {
      hint: `wait until it has ended, or end it with \`kill ${pid}\``,
    },
  );
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
