import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readlink, stat, symlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/errors.js';
import { fileError } from '../core/files.js';
import { eachAtOnce } from '../core/in-parallel.js';

/** Below this size a file is copied as it is; above, its holes are left out. */
const SPARSE_ABOVE_BYTES = 256 * 1024;
const CHUNK_BYTES = 64 * 1024;
const READ_BYTES = 1024 * 1024;
/** How many files are worked on at once. */
export const AT_ONCE = 8;

/** What the file system has no way to share, or won't share with that place: it is copied then. */
const NO_CLONE = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY']);

/** What is of one run alone, and of no use to the next. Sockets and what else is no file, folder or link are no state either. */
const OF_A_RUN = new Set(['lightningd-regtest.pid', 'bitcoind.pid', '.cookie']);
const IS_TEMPORARY = /\.[0-9a-f-]{36}\.tmp$/;

/** What is in a folder, as paths in it with `/`. */
export interface Tree {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  readonly links: readonly string[];
  /** Of a file, by path: from which byte on it is zeros alone, where that is known. */
  readonly dataBytes?: ReadonlyMap<string, number> | undefined;
}

/**
 * What of a folder is state: all regular files, folders and symbolic links at or below these names, where they are there.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function readTree(root: string, names: readonly string[]): Promise<Tree> {
  const folders: string[] = [];
  const files: string[] = [];
  const links: string[] = [];
  const list = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (folder === '' && !names.includes(entry.name)) continue;
      if (OF_A_RUN.has(entry.name) || IS_TEMPORARY.test(entry.name)) continue;
      if (entry.isSymbolicLink()) links.push(path);
      else if (entry.isFile()) files.push(path);
      else if (entry.isDirectory()) {
        folders.push(path);
        await list(path);
      }
    }
  };
  try {
    await list('');
  } catch (cause) {
    throw fileError('read', root, cause);
  }
  return { folders, files: files.sort(), links };
}

/**
 * Copies a tree into a folder, which is made: by reflink where the file system has that, else without holes' zeros. Modes
 * stay; nothing is synced.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function copyTree(from: string, to: string, { folders, files, links, dataBytes }: Tree): Promise<void> {
  try {
    await mkdir(to, { recursive: true, mode: 0o700 });
    for (const folder of folders) await mkdir(join(to, folder), { mode: 0o700 });
    for (const link of links) await symlink(await readlink(join(from, link)), join(to, link));
    let mayClone = true;
    await eachAtOnce(AT_ONCE, files, async (file) => {
      const source = join(from, file);
      const target = join(to, file);
      if (mayClone) mayClone = await clone(source, target);
      if (!mayClone) await copyData(source, target, dataBytes?.get(file));
    });
  } catch (cause) {
    throw fileError('write', to, cause);
  }
}

/** @returns whether the file system can do that */
async function clone(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false; // made, but not filled
    if (!NO_CLONE.has(code)) throw error;
    return false;
  }
}

async function copyData(source: string, target: string, dataBytes = Infinity): Promise<void> {
  const { size, mode } = await stat(source);
  if (size < SPARSE_ABOVE_BYTES) {
    await copyFile(source, target);
    return;
  }
  const input = await open(source, 'r');
  try {
    const output = await open(target, 'w', mode & 0o777);
    try {
      await copySparse(input, output, Math.min(dataBytes, size));
      await output.truncate(size);
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

/** @param bytes of the beginning; what comes then is left to whoever gives the file its length */
async function copySparse(input: FileHandle, output: FileHandle, bytes: number): Promise<void> {
  const writer = new SparseWriter(output);
  const chunk = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes));
  for (let left = bytes; left > 0;) {
    const { bytesRead } = await input.read(chunk, 0, Math.min(chunk.length, left));
    if (bytesRead === 0) break;
    await writer.write(chunk.subarray(0, bytesRead));
    left -= bytesRead;
  }
}

export const ZEROS = Buffer.alloc(CHUNK_BYTES);
/** Of at most CHUNK_BYTES. */
export const isZeros = (bytes: Uint8Array): boolean => ZEROS.subarray(0, bytes.length).equals(bytes);

/** Writes a file from its beginning on, and leaves out what is zeros. */
export class SparseWriter {
  readonly #file: FileHandle;
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
      const part = bytes.subarray(from, from + CHUNK_BYTES);
      if (!isZeros(part)) await this.#file.write(part, 0, part.length, this.#at);
      this.#at += part.length;
    }
  }

  /** Gives the file its length, also where it ends in zeros. */
  async end(): Promise<void> {
    await this.#file.truncate(this.#at);
  }
}
