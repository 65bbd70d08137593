import { mkdir } from 'node:fs/promises';
import { removeTree } from '../../core/files.js';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { onFileChange } from '../../core/watch-file.js';
import type { Lightningd } from '../../daemons/lightningd.js';
import { findByArgument, listProcesses, startedAt } from '../../process/table.js';
import { withPluginLocks } from '../node-lock.js';
import { Replacement } from '../run/replace.js';
import { FolderWatcher } from './folder-watcher.js';
import { PluginLoop, type ReloadEvent } from './plugin-loop.js';
import { findSources, lastChange, type WatchedSource } from './sources.js';

export interface OwnWatchOptions {
  /** A folder for copies of its code, made and removed. */
  readonly folder: string;
  readonly onEvent: (event: ReloadEvent) => void;
  /** Told once no save is missed any more. */
  readonly onWatching: () => void;
  /** Told when what runs is the file as it is, without our doing. */
  readonly onAdopted: () => void;
  /** Told why a save is left to somebody else. */
  readonly onLeft: (why: string) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** What ends every wrapper of a copy: lightningd has its standard error. */
const SCRIPT = 'exec "$plugin" "$@"\n';
/** How much older a process may be made out than it is, in ms. */
const TOLERANCE_MS = 100;

/**
 * Has a node run a plugin of its config as it was last saved, until the signal, by the rules of `watchPlugins`; but nothing
 * is restarted at the beginning where what runs is what was last saved, or put back in the end. While somebody else watches or
 * traces the plugin, saves are left to them; what is saved while the node is down, it starts by itself.
 *
 * @throws {LnPlayError} USAGE for a file that is not there; FILESYSTEM
 */
export async function watchOwnPlugin(node: Lightningd, file: string, options: OwnWatchOptions): Promise<void> {
  const { folder, onEvent, onWatching, onAdopted, onLeft, signal } = options;
  const exclusively = async (body: () => Promise<unknown>): Promise<void> => {
    try {
      await withPluginLocks(node, [file], body);
    } catch (error) {
      if (error instanceof LnPlayError && error.code === 'LOCKED') onLeft(messageOf(error));
      throw error;
    }
  };
  const sources = await findSources([file]);
  await removeTree(folder); // of one that was killed
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const loops = sources.map((source) => {
    const replacement = Replacement.ofFile(node, source.file);
    const own = { exclusively, onAdopted };
    return { source, loop: new PluginLoop({ source, folder, script: SCRIPT, replacement, own, onEvent }) };
  });
  const watcher = new FolderWatcher((path) => {
    for (const { source, loop } of loops) if (source.concerns(path)) loop.changed();
  });
  // a node that starts makes its socket anew
  const endOfStarts = onFileChange(node.rpc.path, () => {
    for (const { loop } of loops) loop.adopt();
  });
  try {
    for (const { source, loop } of loops) {
      for (const { path, deep } of source.folders) await watcher.add(path, deep);
      if (await runsOlderCode(node, source)) loop.changed();
      else loop.adopt();
    }
    onWatching();
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    endOfStarts();
    watcher.close();
    await Promise.all(loops.map(({ loop }) => loop.end()));
    await removeTree(folder);
  }
}

/** Whether the plugin was saved after the node had started it, as while a long `up` was at work. */
async function runsOlderCode(node: Lightningd, source: WatchedSource): Promise<boolean> {
  const table = listProcesses();
  if (!node.daemon.attach(table)) return false;
  const { pid } = node.daemon;
  const running = findByArgument(source.file, table).find(({ parent }) => parent === pid);
  return running !== undefined && (await lastChange(source)) > startedAt(running) + TOLERANCE_MS;
}
