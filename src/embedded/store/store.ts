import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CHUNK_BYTES, encode, readAll, replay, sizeOf, writeAll } from './encoding.js';
import { Places, type Place } from './places.js';
import { inChunks, readTogether } from './read-together.js';

/** Below this size the file is never rewritten, however little of it still counts. */
const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024;
/** The longest key, in bytes of UTF-8: a record has two bytes for its length. */
export const LONGEST_KEY_BYTES = 0xffff;

/**
 * A key-value store in one append-only file, whose `commit` is atomic: after a crash at any moment all changes of a
 * commit are there, or none. The whole state of the node lives here, so that channel manager, channel monitors,
 * invoices and payments can never disagree with one another.
 *
 * Each record is `length, crc32, payload`; a torn last record is dropped when the file is opened. Only the keys
 * are in memory, with where their values are in the file.
 */
export class Store {
  readonly #path: string;
  readonly #places: Places;
  readonly #changes = new Map<string, Uint8Array | undefined>();
  #fd: number;
  /** Stays open when the store is closed: whoever is in the middle of something may still read. */
  #readFd: number;
  /** Up to here the file is whole. */
  #size: number;
  /** There may be something after `#size`: a write that failed. */
  #torn = false;
  #liveBytes = 0;

  private constructor(path: string, fd: number, size: number, places: Places) {
    this.#path = path;
    this.#fd = fd;
    this.#readFd = openSync(path, 'r');
    this.#size = size;
    this.#places = places;
    for (const [key, { length }] of places.entries()) this.#liveBytes += sizeOf(key, length);
  }

  /**
   * Opens the store at `path`, or makes an empty one (mode 0600).
   *
   * @throws the file system's error
   */
  static open(path: string): Store {
    const isNew = !existsSync(path);
    const fd = openSync(path, 'a+', 0o600);
    const places = new Places();
    const size = fstatSync(fd).size;
    const end = replay(fd, size, places);
    if (end < size) ftruncateSync(fd, end);
    if (isNew) syncDirectory(path);
    return new Store(path, fd, end, places);
  }

  get(key: string): Uint8Array | undefined {
    if (this.#changes.has(key)) return this.#changes.get(key);
    const place = this.#places.get(key);
    if (!place) return undefined;
    const value = new Uint8Array(place.length);
    readAll(this.#readFd, value, place.at);
    return value;
  }

  /** The keys that begin with `prefix`. */
  keys(prefix: string): string[] {
    const found: string[] = [];
    for (const [key] of this.#places.within(prefix))
      if (!this.#changes.has(key) || this.#changes.get(key)) found.push(key);
    for (const [key, value] of this.#changes)
      if (value && key.startsWith(prefix) && !this.#places.get(key)) found.push(key);
    return found;
  }

  /** @throws {RangeError} for a key that is too long; nothing is changed then */
  put(key: string, value: Uint8Array): void {
    const length = Buffer.byteLength(key);
    if (length > LONGEST_KEY_BYTES)
      throw new RangeError(`key '${key.slice(0, 40)}…' has ${length} bytes, more than ${LONGEST_KEY_BYTES}`);
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    if (this.#places.get(key)) this.#changes.set(key, undefined);
    else this.#changes.delete(key);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it has put
  getJson<T>(key: string): T | undefined {
    const value = this.get(key);
    return value && (fromJson(value) as T);
  }

  /** What `getJson` gives for each of `keys(prefix)`, in the same order; it comes out of the file together, not one by one. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it has put
  *allJson<T>(prefix: string): Iterable<T> {
    const values: (Place | Uint8Array)[] = [];
    for (const [key, place] of this.#places.within(prefix)) {
      const value = this.#changes.has(key) ? this.#changes.get(key) : place;
      if (value) values.push(value);
    }
    for (const [key, value] of this.#changes)
      if (value && key.startsWith(prefix) && !this.#places.get(key)) values.push(value);
    for (const chunk of inChunks(values))
      for (const value of readTogether(this.#readFd, chunk)) yield fromJson(value) as T;
  }

  putJson(key: string, value: unknown): void {
    this.put(key, Buffer.from(JSON.stringify(value)));
  }

  /** Whether there is anything to commit. */
  get dirty(): boolean {
    return this.#changes.size > 0;
  }

  /**
   * Brings all changes since the last commit to disk, together. If that fails they are dropped: what was answered with
   * an error must not come back with a later commit.
   *
   * @throws the file system's error
   */
  commit(): void {
    if (!this.dirty) return;
    const { record, places } = encode(this.#changes, this.#size);
    try {
      this.#cutOff();
      this.#torn = true;
      writeAll(this.#fd, record);
      fdatasyncSync(this.#fd);
      this.#torn = false;
    } catch (error) {
      this.#changes.clear();
      try {
        this.#cutOff();
      } catch {} // the next commit tries again
      throw error;
    }
    this.#size += record.length;
    for (const key of this.#changes.keys()) {
      const old = this.#places.get(key);
      const place = places.get(key);
      if (old) this.#liveBytes -= sizeOf(key, old.length);
      if (place) {
        this.#places.set(key, place);
        this.#liveBytes += sizeOf(key, place.length);
      } else this.#places.delete(key);
    }
    this.#changes.clear();
    if (this.#size > COMPACT_ABOVE_BYTES + 2 * this.#liveBytes) this.#compact();
  }

  /** Commits and closes the file. */
  close(): void {
    this.commit();
    closeSync(this.#fd);
  }

  /** Takes away what a failed write has left: at the next start all after it would be taken for torn, too. */
  #cutOff(): void {
    if (!this.#torn) return;
    ftruncateSync(this.#fd, this.#size);
    fdatasyncSync(this.#fd);
    this.#torn = false;
  }

  #compact(): void {
    const temporary = `${this.#path}.new`;
    const places = new Map<string, Place>();
    let size: number;
    try {
      size = this.#writeLive(temporary, places);
    } catch {
      // the disk has no room for both: what was committed is safe, and the next commit tries again
      rmSync(temporary, { force: true });
      return;
    }
    renameSync(temporary, this.#path);
    syncDirectory(this.#path);
    closeSync(this.#fd);
    closeSync(this.#readFd);
    this.#fd = openSync(this.#path, 'a');
    this.#readFd = openSync(this.#path, 'r');
    this.#size = size;
    for (const [key, place] of places) this.#places.set(key, place);
  }

  /** Writes all that counts into a new file, and returns its size. */
  #writeLive(path: string, places: Map<string, Place>): number {
    const fd = openSync(path, 'w', 0o600);
    let size = 0;
    let batch = new Map<string, Uint8Array>();
    let batchBytes = 0;
    const flush = (): void => {
      const { record, places: written } = encode(batch, size);
      writeAll(fd, record);
      size += record.length;
      for (const [key, place] of written) places.set(key, place);
      batch = new Map();
      batchBytes = 0;
    };
    try {
      for (const [key, { length }] of this.#places.entries()) {
        batch.set(key, this.get(key)!);
        batchBytes += sizeOf(key, length);
        if (batchBytes >= CHUNK_BYTES) flush();
      }
      if (batch.size > 0) flush();
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return size;
  }
}

const fromJson = (value: Uint8Array): unknown =>
  JSON.parse((value instanceof Buffer ? value : Buffer.from(value.buffer, value.byteOffset, value.length)).toString());

function syncDirectory(path: string): void {
  const fd = openSync(dirname(path), 'r');
  fsyncSync(fd);
  closeSync(fd);
}
