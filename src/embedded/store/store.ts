import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const HEADER_BYTES = 8;
const DELETED = 0xffff_ffff;
/** Below this size the file is never rewritten, however little of it still counts. */
const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024;
/** The longest key, in bytes of UTF-8: a record has two bytes for its length. */
export const LONGEST_KEY_BYTES = 0xffff;

/**
 * A key-value store in one append-only file, whose `commit` is atomic: after a crash at any moment all changes of a
 * commit are there, or none. The whole state of the node lives here, so that channel manager, channel monitors,
 * invoices and payments can never disagree with one another.
 *
 * Each record is `length, crc32, payload`; a torn last record is dropped when the file is opened.
 */
export class Store {
  readonly #path: string;
  readonly #values: Map<string, Uint8Array>;
  readonly #changes = new Map<string, Uint8Array | undefined>();
  #fd: number;
  /** Up to here the file is whole. */
  #size: number;
  /** There may be something after `#size`: a write that failed. */
  #torn = false;
  #liveBytes = 0;

  private constructor(path: string, fd: number, size: number, values: Map<string, Uint8Array>) {
    this.#path = path;
    this.#fd = fd;
    this.#size = size;
    this.#values = values;
    for (const [key, value] of values) this.#liveBytes += sizeOf(key, value);
  }

  /**
   * Opens the store at `path`, or makes an empty one (mode 0600).
   *
   * @throws the file system's error
   */
  static open(path: string): Store {
    const values = new Map<string, Uint8Array>();
    const isNew = !existsSync(path);
    const content = isNew ? Buffer.alloc(0) : readFileSync(path);
    const end = replay(content, values);
    const fd = openSync(path, 'a', 0o600);
    if (end < content.length) ftruncateSync(fd, end);
    if (isNew) syncDirectory(path);
    return new Store(path, fd, end, values);
  }

  get(key: string): Uint8Array | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#values.get(key);
  }

  /** The keys that begin with `prefix`. */
  keys(prefix: string): string[] {
    const found = new Set([...this.#values.keys(), ...this.#changes.keys()]);
    return [...found].filter((key) => key.startsWith(prefix) && this.get(key) !== undefined);
  }

  /** @throws {RangeError} for a key that is too long; nothing is changed then */
  put(key: string, value: Uint8Array): void {
    const length = Buffer.byteLength(key);
    if (length > LONGEST_KEY_BYTES)
      throw new RangeError(`key '${key.slice(0, 40)}…' has ${length} bytes, more than ${LONGEST_KEY_BYTES}`);
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    if (this.#values.has(key)) this.#changes.set(key, undefined);
    else this.#changes.delete(key);
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it has put
  getJson<T>(key: string): T | undefined {
    const value = this.get(key);
    return value && (JSON.parse(Buffer.from(value).toString('utf8')) as T);
  }

  putJson(key: string, value: unknown): void {
    this.put(key, Buffer.from(JSON.stringify(value)));
  }

  /** Whether there is anything to commit. */
  get dirty(): boolean {
    return this.#changes.size > 0;
  }

  /**
   * Brings all changes since the last commit to disk, together. Where that fails they are dropped: what was answered with
   * an error must not come back with a later commit.
   *
   * @throws the file system's error
   */
  commit(): void {
    if (!this.dirty) return;
    const record = encode(this.#changes);
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
    for (const [key, value] of this.#changes) {
      const old = this.#values.get(key);
      if (old) this.#liveBytes -= sizeOf(key, old);
      if (value) {
        this.#values.set(key, value);
        this.#liveBytes += sizeOf(key, value);
      } else this.#values.delete(key);
    }
    this.#changes.clear();
    if (this.#size > COMPACT_ABOVE_BYTES + 4 * this.#liveBytes) this.#compact();
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
    const record = encode(this.#values);
    try {
      writeWhole(temporary, record);
    } catch {
      // the disk has no room for both: what was committed is safe, and the next commit tries again
      rmSync(temporary, { force: true });
      return;
    }
    renameSync(temporary, this.#path);
    syncDirectory(this.#path);
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'a');
    this.#size = record.length;
  }
}

const sizeOf = (key: string, value: Uint8Array): number => Buffer.byteLength(key) + value.length + 6;

function encode(changes: ReadonlyMap<string, Uint8Array | undefined>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [key, value] of changes) {
    const name = Buffer.from(key);
    const head = Buffer.alloc(6);
    head.writeUInt16LE(name.length, 0);
    head.writeUInt32LE(value ? value.length : DELETED, 2);
    parts.push(head, name);
    if (value) parts.push(value);
  }
  const payload = Buffer.concat(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}

/** Applies the whole records of `content`, and returns where the last of them ends. */
function replay(content: Buffer, values: Map<string, Uint8Array>): number {
  let at = 0;
  while (at + HEADER_BYTES <= content.length) {
    const end = at + HEADER_BYTES + content.readUInt32LE(at);
    if (end > content.length) break;
    const payload = content.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== content.readUInt32LE(at + 4)) break;
    apply(payload, values);
    at = end;
  }
  return at;
}

function apply(payload: Buffer, values: Map<string, Uint8Array>): void {
  for (let at = 0; at < payload.length;) {
    const nameEnd = at + 6 + payload.readUInt16LE(at);
    const length = payload.readUInt32LE(at + 2);
    const key = payload.toString('utf8', at + 6, nameEnd);
    at = nameEnd;
    if (length === DELETED) values.delete(key);
    else {
      values.set(key, Uint8Array.from(payload.subarray(at, at + length)));
      at += length;
    }
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    writeAll(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncDirectory(path: string): void {
  const fd = openSync(dirname(path), 'r');
  fsyncSync(fd);
  closeSync(fd);
}
