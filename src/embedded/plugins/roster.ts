import type { Log } from '../context.js';
import type { Options } from '../options/options.js';
import { StartError } from '../options/setting.js';
import { canonicalPath, contentHash, defaultPluginDirs, PluginPathError, pluginsIn, samePlugin } from './paths.js';
import { Plugin, type PluginEvents } from './plugin.js';

/** Which plugins there are: each file once, none that `--disable-plugin` names. */
export class Roster {
  readonly #options: Options;
  readonly #log: Log;
  readonly #manager: Log;
  readonly #events: PluginEvents;
  readonly #disabled: string[] = [];
  #plugins: Plugin[] = [];

  constructor(options: Options, log: Log, manager: Log, events: PluginEvents) {
    this.#options = options;
    this.#log = log;
    this.#manager = manager;
    this.#events = events;
  }

  list(): readonly Plugin[] {
    return this.#plugins;
  }

  remove(plugin: Plugin): void {
    this.#plugins = this.#plugins.filter((other) => other !== plugin);
  }

  /**
   * Adds those in the default folders and those that the options name, in the order of the options.
   *
   * @throws {StartError} as lightningd says it
   */
  addFromOptions(): void {
    for (const path of this.defaults()) this.addUnlessDisabled(path);
    for (const { name, value = '' } of this.#options.settings()) {
      try {
        this.#apply(name, value);
      } catch (error) {
        if (!(error instanceof PluginPathError)) throw error;
        const what = name === 'plugin-dir' ? error.message : `Failed to register ${value}: ${error.message}`;
        throw new StartError(`--${name}=${value}: ${what}`);
      }
    }
  }

  /** The plugins in the default folders. */
  defaults(): readonly string[] {
    return defaultPluginDirs(this.#options.lightningDir).flatMap(pluginsIn);
  }

  addUnlessDisabled(path: string, important = false): Plugin | undefined {
    if (!this.#disabled.some((name) => samePlugin(path, name))) return this.add(path, important);
    this.#log.info(`${path}: disabled via disable-plugin`);
    return undefined;
  }

  /**
   * Adds a plugin that is not started yet; undefined if it is there already. One whose file has changed since it was
   * started makes room for itself.
   *
   * @throws {PluginPathError}
   */
  add(path: string, important = false): Plugin | undefined {
    const file = canonicalPath(path);
    const content = this.#options.flag('dev-no-plugin-checksum') ? '' : contentHash(file);
    const known = this.#plugins.find((plugin) => plugin.path === file);
    if (known) {
      known.important ||= important;
      if (known.content === content || known.important) return undefined;
      known.kill('info', 'Plugin changed, needs restart.');
    }
    const plugin = new Plugin(file, content, important, this.#log, this.#events);
    this.#plugins.push(plugin);
    return plugin;
  }

  #apply(option: string, value: string): void {
    if (option === 'plugin') this.addUnlessDisabled(value);
    else if (option === 'important-plugin') this.addUnlessDisabled(value, true);
    else if (option === 'plugin-dir') for (const path of pluginsIn(value)) this.addUnlessDisabled(path);
    else if (option === 'disable-plugin') this.#disable(value);
    else if (option === 'clear-plugins') this.#clear();
  }

  #disable(name: string): void {
    this.#manager.debug(`blacklist for ${name}`);
    this.#disabled.push(name);
    for (const plugin of this.#plugins.filter(({ path }) => samePlugin(path, name))) {
      this.#manager.info(`${plugin.path}: disabled via disable-plugin`);
      this.remove(plugin);
    }
  }

  #clear(): void {
    this.#log.info('clear-plugins removing all plugins');
    this.#plugins = [];
  }
}
