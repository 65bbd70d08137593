import { mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { temporaryFolder } from '../../core/temporary-folder.js';
import { followFile } from '../../daemons/log-follow.js';
import type { Lightningd } from '../../daemons/lightningd.js';
import { startReaper } from '../../process/reaper.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { pluginLine } from '../control.js';
import { LineSplitter } from '../../core/lines.js';
import { shellWord } from '../../core/shell.js';
import { withPluginLocks } from '../node-lock.js';
import { Replacement } from '../run/replace.js';
import { FolderWatcher } from './folder-watcher.js';
import { PluginLoop, type ReloadEvent } from './plugin-loop.js';
import { findSources, type WatchedSource } from './sources.js';

export type WatchEvent =
  | ReloadEvent
  /** All that is watched is known, and every plugin has been started once. */
  | { readonly type: 'watching'; readonly files: readonly string[] }
  /** A line of the plugin's in the node's log, with its level as the log has it. */
  | { readonly type: 'log'; readonly file: string; readonly level: string; readonly line: string }
  | { readonly type: 'stderr'; readonly file: string; readonly line: string };

export interface WatchOptions {
  /** Values of the plugins' options. */
  readonly options?: JsonObject;
  readonly onEvent: (event: WatchEvent) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/**
 * Runs plugins on a node as they were last saved, until the signal: at each save a plugin is checked, and where it passes,
 * the one that runs is stopped and the new one started; where the node does not take that, the old one is started again.
 * What holds a payment is not stopped before the payment is decided on. What it logs and writes to standard error is told
 * as it comes. In the end the node runs what it ran before, or still what holds a payment.
 *
 * @param paths files, and folders that stand for all plugins in them
 * @throws {LnPlayError} USAGE for a path that cannot be; LOCKED when one is watched or traced on this node already;
 *   CONNECTION
 */
export async function watchPlugins(node: Lightningd, paths: readonly string[], options: WatchOptions): Promise<void> {
  const sources = await findSources(paths);
  const files = sources.map(({ file }) => file);
  await withPluginLocks(node, files, async () => {
    const folder = await temporaryFolder('ln-play-watch');
    const reaper = await startReaper({ command: 'rm', args: ['-rf', folder.path] });
    try {
      await new Watch(node, sources, folder.path, options).run();
    } finally {
      await folder.cleanup();
      await reaper.dismiss();
    }
  });
}

/** The line of the log that says that its RPC socket is there. */
const NODE_STARTED = / lightningd: Server started with public key /;

class Watch {
  readonly #node: Lightningd;
  readonly #sources: readonly WatchedSource[];
  readonly #folder: string;
  readonly #options: WatchOptions;
  readonly #loops = new Map<WatchedSource, PluginLoop>();
  readonly #following: Promise<void>[] = [];
  readonly #ended = new AbortController();

  constructor(node: Lightningd, sources: readonly WatchedSource[], folder: string, options: WatchOptions) {
    this.#node = node;
    this.#sources = sources;
    this.#folder = folder;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal, onEvent } = this.#options;
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const watcher = new FolderWatcher((path) => {
      for (const [source, loop] of this.#loops) if (source.concerns(path)) loop.changed();
    });
    try {
      for (const source of this.#sources) await this.#prepare(source, this.#loops.size);
      await this.#followLog();
      for (const { folders } of this.#sources) for (const { path, deep } of folders) await watcher.add(path, deep);
      for (const loop of this.#loops.values()) loop.changed();
      await Promise.race([Promise.all(Array.from(this.#loops.values(), (loop) => loop.settled())), aborted]);
      if (!signal.aborted) onEvent({ type: 'watching', files: this.#sources.map(({ file }) => file) });
      await aborted;
    } finally {
      watcher.close();
      await Promise.all(Array.from(this.#loops.values(), (loop) => loop.close()));
      this.#ended.abort();
      await Promise.all(this.#following);
    }
  }

  async #prepare(source: WatchedSource, index: number): Promise<void> {
    const { file } = source;
    const folder = join(this.#folder, String(index));
    await mkdir(folder);
    const stderr = join(folder, 'stderr');
    await writeFile(stderr, '');
    const script = `exec "$plugin" "$@" 2>>${shellWord(stderr)}\n`;
    const { options = {}, onEvent } = this.#options;
    const replacement = await Replacement.of(this.#node, file, options);
    const loop = new PluginLoop({ source, folder, script, replacement, onEvent });
    this.#loops.set(source, loop);
    this.#follow(stderr, 0, (line) => onEvent({ type: 'stderr', file, line: loop.readable(line) }));
  }

  async #followLog(): Promise<void> {
    const { size } = await stat(this.#node.logFile);
    this.#follow(this.#node.logFile, size, (line) => {
      // A node that was restarted has forgotten what it was told to run.
      if (NODE_STARTED.test(line)) for (const loop of this.#loops.values()) loop.changed();
      for (const [{ file }, loop] of this.#loops) {
        const said = pluginLine(line, basename(file));
        if (said) this.#options.onEvent({ type: 'log', file, level: said.level, line: loop.readable(said.line) });
      }
    });
  }

  #follow(file: string, from: number, onLine: (line: string) => void): void {
    this.#following.push(this.#followLines(file, from, onLine));
  }

  async #followLines(file: string, from: number, onLine: (line: string) => void): Promise<void> {
    const lines = new LineSplitter(onLine);
    for await (const text of followFile(file, { from, signal: this.#ended.signal })) lines.push(text);
  }
}
