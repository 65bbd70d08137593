import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { messageOf } from '../core/errors.js';
import { shellWord } from '../core/shell.js';
import type { Lightningd } from '../daemons/lightningd.js';
import type { WatchSettings } from '../network/background/sections.js';
import { payments } from '../plugins/held.js';
import { watchOwnPlugin } from '../plugins/watch/own-plugin.js';
import type { ReloadEvent } from '../plugins/watch/plugin-loop.js';
import type { Host, Running, SectionModule } from './section.js';

/** Plugins of nodes' configs: each started anew when it is saved. */
export const watch: SectionModule<WatchSettings> = {
  start: async (settings, host) => {
    const watched = new Watched(host);
    await watched.update(settings);
    return watched;
  },
};

type Plugin = WatchSettings['plugins'][number];

interface Watch {
  readonly lightningd: Lightningd;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const nameOf = ({ node, file }: Plugin): string => `${node} ${file}`;

class Watched implements Running<WatchSettings> {
  readonly #host: Host;
  readonly #watches = new Map<string, Watch>();
  readonly #reloads = new Map<string, number>();
  /** Why a plugin does not run as it is saved. */
  readonly #problems = new Map<string, string>();

  constructor(host: Host) {
    this.#host = host;
  }

  async update({ plugins }: WatchSettings): Promise<void> {
    const wanted = new Map(plugins.map((plugin) => [nameOf(plugin), plugin]));
    const isAsBefore = (name: string, { lightningd }: Watch): boolean => {
      const plugin = wanted.get(name);
      return plugin !== undefined && this.#lightningdOf(plugin) === lightningd;
    };
    await Promise.all(
      Array.from(this.#watches, async ([name, watch]) => {
        if (!isAsBefore(name, watch)) await this.#end(name, watch);
      }),
    );
    await Promise.all(
      Array.from(wanted, async ([name, plugin]) => {
        if (!this.#watches.has(name)) await this.#begin(name, plugin);
      }),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#watches, ([name, watch]) => this.#end(name, watch)));
  }

  state(): { readonly reloads: { readonly [plugin: string]: number } } {
    return { reloads: Object.fromEntries(this.#reloads) };
  }

  #lightningdOf({ node }: Plugin): Lightningd | undefined {
    return this.#host.playground.nodes.find(({ name }) => name === node)?.lightningd;
  }

  /** Resolves once no save is missed any more, or it is known why that cannot be. */
  async #begin(name: string, plugin: Plugin): Promise<void> {
    const lightningd = this.#lightningdOf(plugin);
    if (!lightningd) return;
    const { playground, log } = this.#host;
    const stop = new AbortController();
    await new Promise<void>((onWatching) => {
      const watching = watchOwnPlugin(lightningd, plugin.file, {
        folder: join(playground.layout.backgroundFolder, `watch-${hash(name)}`),
        onEvent: (event) => this.#told(name, plugin, event),
        onWatching,
        onAdopted: () => this.#tell(name, undefined),
        onLeft: (why) => log(`${textOf(plugin)}: its saves are left to who has it: ${why}`),
        signal: stop.signal,
      });
      const ended = watching.catch((error: unknown) => {
        this.#watches.delete(name);
        this.#tell(name, `${textOf(plugin)} is not watched: ${messageOf(error)}`);
      });
      this.#watches.set(name, { lightningd, stop, ended });
      void ended.then(onWatching);
    });
  }

  async #end(name: string, { stop, ended }: Watch): Promise<void> {
    stop.abort();
    await ended;
    this.#watches.delete(name);
    this.#tell(name, undefined);
  }

  #told(name: string, plugin: Plugin, event: ReloadEvent): void {
    const { log } = this.#host;
    const text = textOf(plugin);
    switch (event.type) {
      case 'started':
        this.#reloads.set(name, (this.#reloads.get(name) ?? 0) + 1);
        this.#tell(name, undefined);
        return log(`${text} runs as it was saved ${Math.round(event.ms)} ms ago`);
      case 'waiting':
        return log(`${text} holds ${payments(event.payments)}: what was saved runs once that is decided on`);
      case 'check-failed': {
        const failed = event.report.findings.filter(({ outcome }) => outcome === 'failed');
        for (const { text: why, details = [] } of failed) for (const line of [why, ...details]) log(`${text}: ${line}`);
        const now = event.running ? 'the old one keeps running' : 'it does not run';
        const hint = `see: ln-play plugin check --show ${shellWord(plugin.file)}`;
        return this.#tell(name, `${text} as it was saved: ${failed[0]?.text ?? 'it fails'}; ${now}; ${hint}`);
      }
      case 'start-failed': {
        const { message, hint, details } = event.error;
        for (const line of details) log(`${text}: ${line}`);
        const now = event.running ? 'the old one runs' : 'it does not run now';
        return this.#tell(name, [`${text}: ${message}`, now, ...(hint === undefined ? [] : [hint])].join('; '));
      }
      case 'left-running':
    }
  }

  #tell(name: string, problem: string | undefined): void {
    if (problem === undefined) this.#problems.delete(name);
    else this.#problems.set(name, problem);
    this.#host.problem(this.#problems.size === 0 ? undefined : [...this.#problems.values()].join('\n'));
  }
}

const textOf = ({ node, file }: Plugin): string => `${basename(file)} on ${node}`;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
