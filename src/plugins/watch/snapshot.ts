import type { Dirent } from 'node:fs';
import { constants, copyFile, mkdir, readdir, readlink, realpath, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, isThere } from '../../core/files.js';
import { writeWrapper } from '../run/wrapper.js';
import type { WatchedSource } from './sources.js';

/** What is larger is no code: it is linked, not copied at each save, in bytes. A plugin's own file may have any size. */
const LARGEST_CODE = 4 * 1024 * 1024;

/**
 * A plugin as it was when this was taken, to be run when its own file has become other code. Its code is copied; what
 * else is around it, such as node_modules, is linked.
 */
export class Snapshot {
  /** What lightningd starts: it has the plugin's name. */
  readonly wrapper: string;
  /** The copy of the plugin itself. */
  readonly file: string;
  readonly #folder: string;
  readonly #root: string;

  private constructor(folder: string, root: string, file: string, wrapper: string) {
    this.#folder = folder;
    this.#root = root;
    this.file = file;
    this.wrapper = wrapper;
  }

  /**
   * @param folder made for it; what runs from there needs it
   * @param body the wrapper's, see `writeWrapper`
   * @throws {LnPlayError} FILESYSTEM
   */
  static async take({ file, concerns }: WatchedSource, folder: string, body: string): Promise<Snapshot> {
    try {
      // an interpreter looks for what a plugin loads behind a symbolic link
      const plugin = await realpath(file);
      const root = (await realpath(dirname(file))) === dirname(plugin) ? dirname(file) : dirname(plugin);
      const copy = join(folder, 'code');
      await mkdir(copy, { recursive: true, mode: 0o700 });
      await linkFromAbove(root, folder);
      const own = join(root, basename(plugin));
      await copyTree(root, copy, (path) => (path === own ? Infinity : concerns(path) ? LARGEST_CODE : 0));
      const copied = join(copy, basename(plugin));
      return new Snapshot(
        folder,
        root,
        copied,
        await writeWrapper(folder, { name: basename(file), plugin: copied }, body),
      );
    } catch (cause) {
      throw fileError('write', folder, cause);
    }
  }

  /** A line that the copy said, with the plugin's own path where it names its own. */
  withOwnPath(line: string): string {
    return line.replaceAll(dirname(this.file), this.#root);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Interpreters look for these in the folders above, too: the nearest counts. */
async function linkFromAbove(root: string, into: string): Promise<void> {
  const missing = new Set(['package.json', 'node_modules']);
  for (let folder = root; missing.size > 0 && folder !== dirname(folder);) {
    folder = dirname(folder);
    for (const name of missing) {
      if (!(await isThere(join(folder, name)))) continue;
      await symlink(join(folder, name), join(into, name));
      missing.delete(name);
    }
  }
}

/** @param largest what of a path may be copied, in bytes; anything else is linked, as is what cannot be copied */
async function copyTree(from: string, to: string, largest: (path: string) => number): Promise<void> {
  await Promise.all(
    (await readdir(from, { withFileTypes: true })).map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      const bytes = largest(source);
      if (bytes > 0 && entry.isDirectory()) {
        await mkdir(target);
        await copyTree(source, target, largest);
      } else if (!(bytes > 0 && (await copyEntry(entry, source, target, bytes)))) await symlink(source, target);
    }),
  );
}

/** @returns whether it is copied */
async function copyEntry(entry: Dirent, source: string, target: string, bytes: number): Promise<boolean> {
  try {
    if (entry.isSymbolicLink()) {
      const link = await readlink(source);
      if (link.startsWith('/') || link.startsWith('..')) return false;
      await symlink(link, target);
      return true;
    }
    if (!entry.isFile() || (await stat(source)).size > bytes) return false;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    return true;
  } catch {
    return false; // it may not be read, or has gone again
  }
}
