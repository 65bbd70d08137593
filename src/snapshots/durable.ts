import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../core/files.js';
import { fleeting } from '../core/fleeting.js';
import { eachAtOnce } from '../core/in-parallel.js';
import { AT_ONCE, type Tree } from './copy.js';

/**
 * Brings a folder's files, and the folders themselves, to disk; not what is fleeting.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function syncTree(root: string, { folders, files }: Pick<Tree, 'folders' | 'files'>): Promise<void> {
  if (fleeting.has(root)) return;
  await eachAtOnce(AT_ONCE, files, (file) => sync(join(root, file)));
  await eachAtOnce(AT_ONCE, ['', ...folders], (folder) => sync(join(root, folder)));
}

/** Brings a file to disk, or what was renamed, made or removed in a folder. @throws {LnPlayError} FILESYSTEM */
export async function sync(path: string): Promise<void> {
  if (fleeting.has(path)) return;
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw fileError('write', path, cause);
  }
}
