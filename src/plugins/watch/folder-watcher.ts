import { watch, type FSWatcher } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LnPlayError, messageOf, systemCode } from '../../core/errors.js';
import { isNotCode } from './sources.js';

/**
 * Tells of changes in folders. Folders are watched rather than files, since an editor saves by renaming a new file over
 * the old one; and one by one rather than with Node's own `recursive`, which on Linux goes through node_modules too.
 */
export class FolderWatcher {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #onChange: (path: string) => void;

  /** @param onChange told of the path of whatever was made, changed, renamed or removed */
  constructor(onChange: (path: string) => void) {
    this.#onChange = onChange;
  }

  /**
   * Watches a folder, with all below it where it is `deep`.
   *
   * @throws {LnPlayError} FILESYSTEM when the system has no more watches to give
   */
  async add(folder: string, deep: boolean): Promise<void> {
    this.#watch(folder, deep, folder);
    if (deep) await this.#addBelow(folder, folder);
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string, deep: boolean, root: string): void {
    if (this.#watchers.has(folder)) return;
    try {
      const watcher = watch(folder, (event, name) => {
        if (name === null) return this.#onChange(folder);
        this.#onChange(join(folder, name));
        // A new folder may have come with files in it already.
        if (deep && event === 'rename') void this.#addBelow(folder, root).catch(() => {}); // it has gone again
      });
      watcher.on('error', () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return; // it has gone again
      throw new LnPlayError('FILESYSTEM', `Cannot watch ${folder}: ${messageOf(cause)}`, {
        hint:
          systemCode(cause) === 'ENOSPC'
            ? 'the system gives no more watches: raise fs.inotify.max_user_watches'
            : 'watch a smaller folder, or name the plugin itself',
        cause,
      });
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }

  async #addBelow(folder: string, root: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory() || this.#watchers.has(path) || isNotCode(relative(root, path))) continue;
      this.#watch(path, true, root);
      this.#onChange(path);
      await this.#addBelow(path, root);
    }
  }
}
