import { access, mkdir, open, readdir, readFile, rename, rm, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LnPlayError, messageOf, systemCode } from './errors.js';
import { fleeting } from './fleeting.js';

/**
 * Writes a file as a whole or not at all: a temporary file, synced, renamed over the old one.
 *
 * @throws {LnPlayError} FILESYSTEM, naming the file
 */
export async function writeWhole(file: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${file}.${crypto.randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      if (!fleeting.has(file)) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw fileError('write', file, cause);
  }
}

/** The text of a file, or undefined if there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw fileError('read', file, cause);
  }
}

/**
 * The names of what is in a folder; none where there is no such folder.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return [];
    throw fileError('read', folder, cause);
  }
}

/** Whether there is a file or folder that we can see. */
export const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Makes a folder that only its owner may enter, with those above it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fileError('make', folder, await whyNot(folder, cause));
  }
}

/** Node's recursive mkdir says ENOENT for whatever the first folder that it cannot make fails with: EROFS, say. */
async function whyNot(folder: string, cause: unknown): Promise<unknown> {
  if (systemCode(cause) !== 'ENOENT') return cause;
  try {
    await mkdir(folder);
    return cause;
  } catch (error) {
    return systemCode(error) === 'ENOENT' && dirname(folder) !== folder ? await whyNot(dirname(folder), cause) : error;
  }
}

/**
 * Removes a file or folder with all that is in it; nothing if there is none. What was just stopped may still write
 * into it for a moment, so it tries for some seconds.
 *
 * @throws {LnPlayError} FILESYSTEM, naming the path
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 10 });
  } catch (cause) {
    throw fileError('remove', path, cause);
  }
}

const HINTS: { readonly [code: string]: string } = {
  EACCES: 'its folder does not let you write: choose another with --dir or LN_PLAY_DIR',
  EROFS: 'the file system is read-only: choose another folder with --dir or LN_PLAY_DIR',
  ENOSPC: 'the disk is full: free some space, or choose another folder with --dir or LN_PLAY_DIR',
  ENOTDIR: `a part of the path is a file: choose another folder with --dir or LN_PLAY_DIR`,
  EEXIST: `a file of that name is in the way: choose another folder with --dir or LN_PLAY_DIR`,
};

/** The FILESYSTEM error for a refused operation, saying what the way out is. */
export function fileError(verb: string, path: string, cause: unknown): LnPlayError {
  const hint = HINTS[systemCode(cause) ?? ''] ?? `look at ${dirname(path)}`;
  return new LnPlayError('FILESYSTEM', `Cannot ${verb} ${path}: ${messageOf(cause)}`, { hint, cause });
}

/** How many bytes are free on a folder's disk, for us. @throws {LnPlayError} FILESYSTEM */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (cause) {
    throw fileError('look at', folder, cause);
  }
}

/** Whether it is the error of something for which the disk, or what one may have of it, had no room. */
export const isDiskFull = (error: unknown): error is LnPlayError =>
  error instanceof LnPlayError && ['ENOSPC', 'EDQUOT'].includes(systemCode(error.cause) ?? '');
