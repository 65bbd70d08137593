import { messageOf } from '../../core/errors.js';
import { withCertificates } from '../../core/certificates.js';
import { withoutSmallHeap } from '../../core/small-heap.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Context, Log, RunningNode } from '../context.js';
import type { LogBook } from '../log/log-book.js';
import type { Options } from '../options/options.js';
import { StartError } from '../options/setting.js';
import type { OptionSpec } from '../options/spec.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { toJson } from '../rpc/json-text.js';
import type { Registry } from '../rpc/registry.js';
import { VERSION } from '../version.js';
import { pluginCommand, setPluginOption } from './command.js';
import { HookChains } from './hook-chain.js';
import { initParams } from './init-params.js';
import { logNotifications } from './log-notifications.js';
import type { Manifest } from './manifest.js';
import { PluginPathError, pluginsIn, samePlugin } from './paths.js';
import { PluginGoneError, type Plugin, type PluginEvents } from './plugin.js';
import { Roster } from './roster.js';
import { NATIVE_TOPICS, SUITE_TOPICS } from '../../cln/topics.js';

export interface HostParts {
  readonly options: Options;
  readonly book: LogBook;
  readonly registry: Registry;
  readonly developer: boolean;
  readonly deprecatedOk: boolean;
  /** An important plugin is gone: the daemon has to go as well. */
  readonly importantDied: () => void;
}

/** How long a plugin that wants to hear of the end may take for it. */
const SHUTDOWN_TIMEOUT_MS = 30_000;

/** All plugins: which there are, from which options, and what passes between them and the daemon. */
export class PluginHost implements Pick<Context, 'ask' | 'hasHook' | 'notify'> {
  readonly #parts: HostParts;
  readonly #log: Log;
  readonly #manager: Log;
  readonly #roster: Roster;
  readonly #hooks: HookChains;
  readonly #endings = new Map<Plugin, () => void>();
  #features: RunningNode['features'];
  #starting = true;
  #stopping = false;
  #importantDied = false;
  readonly #events: PluginEvents = {
    notified: (plugin, topic, paramsText) => this.#forward(plugin, topic, paramsText),
    ended: (plugin) => this.#forget(plugin),
  };

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#log = parts.book.logger('lightningd');
    this.#manager = parts.book.logger('plugin-manager');
    this.#hooks = new HookChains(this.#log);
    this.#roster = new Roster(parts.options, this.#log, this.#manager, this.#events);
    logNotifications(parts.book, (topic, payload) => this.notify(topic, payload));
  }

  list(): readonly Plugin[] {
    return this.#roster.list();
  }

  /** Starts all plugins that the options name, and takes their manifests. @throws {StartError} as lightningd ends then */
  async startAll(): Promise<void> {
    this.#roster.addFromOptions();
    const started = this.list().map(async (plugin) => {
      try {
        this.#accept(plugin, await this.#start(plugin));
      } catch (error) {
        if (!(error instanceof PluginGoneError)) throw error;
        if (error.kind === 'spawn') throw new StartError(`error starting plugin '${plugin.path}': ${error.message}`);
        if (error.kind === 'timeout') throw new StartError("Can't recover from plugin failure, terminating.");
      }
    });
    await Promise.all(started);
    this.#settle();
    if (this.#importantDied) throw new StartError('Could not initialize the plugins, see above for details.');
  }

  /** Configures all plugins; returns false if an important one failed. */
  async init(features: RunningNode['features']): Promise<boolean> {
    this.#features = features;
    await Promise.all(this.list().map(async (plugin) => await this.#init(plugin).catch(ignoreGone)));
    this.#starting = false;
    return !this.#importantDied;
  }

  /**
   * `plugin start`, once its path is known to be executable.
   *
   * @throws {RpcError}
   */
  async start(path: string, params: JsonObject): Promise<void> {
    const plugin = this.#addForRpc(path);
    if (!plugin) throw new RpcError(CODE.INVALID_PARAMS, `${path}: already registered`);
    try {
      await this.#bringUp(plugin, params);
    } catch (error) {
      if (!(error instanceof PluginGoneError)) throw error;
      throw new RpcError(CODE.PLUGIN_ERROR, `${plugin.path}: ${error.message}`);
    }
  }

  /** `plugin startdir`. @throws {RpcError} if the directory cannot be read */
  async startDir(directory: string): Promise<void> {
    try {
      await this.#bringUpAll(pluginsIn(directory));
    } catch (error) {
      throw error instanceof PluginPathError ? new RpcError(CODE.INVALID_PARAMS, error.message) : error;
    }
  }

  /** `plugin rescan`: what is new in the default folders. */
  async rescan(): Promise<void> {
    await this.#bringUpAll(this.#roster.defaults());
  }

  /** `plugin stop`; returns the plugin's name once it is gone. @throws {RpcError} */
  async stop(name: string): Promise<string> {
    const plugin = this.list().find(({ path }) => samePlugin(path, name));
    if (!plugin) throw new RpcError(CODE.INVALID_PARAMS, `Could not find plugin ${name}`);
    if (plugin.manifest?.dynamic === false)
      throw new RpcError(CODE.INVALID_PARAMS, `${name} cannot be managed when lightningd is up`);
    plugin.important = false;
    if (await this.#letGo(plugin)) return plugin.name;
    plugin.kill('info', 'stopped by lightningd via RPC');
    return plugin.name;
  }

  /** Ends all plugins: those that want to hear of it get time. */
  async shutdown(): Promise<void> {
    this.#stopping = true;
    await Promise.all(
      Array.from(this.list(), async (plugin) => {
        plugin.abandonRequests();
        if (!(await this.#letGo(plugin))) plugin.kill('debug', 'shutting down');
      }),
    );
  }

  /** Ends all plugins at once, for a daemon that goes without an orderly end. */
  endAll(): void {
    for (const plugin of this.list()) plugin.end();
  }

  notify(topic: string, payload: JsonObject): void {
    if (!this.list().some((plugin) => plugin.subscribes(topic))) return;
    this.#broadcast(topic, `{"jsonrpc":"2.0","method":"${topic}","params":${toJson({ [topic]: payload })}}`);
  }

  async ask(...[hook, payload, onTurn]: Parameters<Context['ask']>): ReturnType<Context['ask']> {
    // what a plugin would have held must not go on because the daemon ends: it is asked again after the next start
    if (this.#stopping) return await new Promise(() => {});
    return await this.#hooks.ask(hook, payload, onTurn);
  }

  hasHook(hook: string): boolean {
    return this.#hooks.has(hook);
  }

  /** Hands a new value of one of its options to a plugin (`setconfig`). @throws {RpcError} the plugin's */
  async setOption(spec: OptionSpec, value: string | undefined): Promise<void> {
    const plugin = this.list().find(({ path }) => path === spec.plugin);
    if (!plugin) throw new RpcError(CODE.LIGHTNINGD, `Missing opt ${spec.name} on plugin return?`);
    await setPluginOption(plugin, spec.name, value);
  }

  #addForRpc(path: string): Plugin | undefined {
    try {
      return this.#roster.add(path);
    } catch (error) {
      throw error instanceof PluginPathError ? new RpcError(CODE.INVALID_PARAMS, `${path}: ${error.message}`) : error;
    }
  }

  async #start(plugin: Plugin): Promise<Manifest> {
    const own = withCertificates(withoutSmallHeap(process.env));
    const env = { ...own, LIGHTNINGD_PLUGIN: '1', LIGHTNINGD_VERSION: VERSION };
    return await plugin.start(this.#parts.developer, env, this.#parts.deprecatedOk, this.#manager);
  }

  async #bringUpAll(paths: readonly string[]): Promise<void> {
    const fresh = paths.flatMap((path) => this.#roster.addUnlessDisabled(path) ?? []);
    await Promise.all(fresh.map(async (plugin) => await this.#bringUp(plugin, {}).catch(ignoreGone)));
  }

  /** From the file to the running plugin, while the daemon runs. */
  async #bringUp(plugin: Plugin, params: JsonObject): Promise<void> {
    const manifest = await this.#start(plugin);
    this.#accept(plugin, manifest, params);
    if (!manifest.dynamic) throw plugin.kill('info', 'Not a dynamic plugin');
    this.#settle();
    await this.#init(plugin);
  }

  /** Takes over what a manifest brings: options, methods. Throws if it cannot be. */
  #accept(plugin: Plugin, manifest: Manifest, params: JsonObject = {}): void {
    const { options, registry, deprecatedOk } = this.#parts;
    for (const option of manifest.options) {
      if (options.register(option)) continue;
      if (this.#starting)
        throw new StartError(`error starting plugin '${plugin.path}': option name '${option.name}' is already taken`);
      throw plugin.kill('unusual', `Option "${option.name}" already registered`);
    }
    for (const method of manifest.methods) {
      if (registry.add(pluginCommand(plugin, method, deprecatedOk))) continue;
      const owner = this.list().find(
        (other) => other !== plugin && other.manifest?.methods.some(({ name }) => name === method.name),
      );
      throw plugin.kill(
        'unusual',
        `Could not register method "${method.name}", a method with that name is already registered by ` +
          (owner ? `plugin ${owner.path}` : 'lightningd'),
      );
    }
    for (const [name, value] of Object.entries(params)) {
      if (!manifest.options.some((option) => option.name === name))
        throw plugin.kill('unusual', `unknown parameter ${name}`);
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const setting = {
        name,
        value: options.spec(name)?.kind === 'flag' ? undefined : text,
        source: 'pluginstart',
      } as const;
      const problem = options.problemOf(setting);
      if (problem !== undefined) throw plugin.kill('unusual', problem);
      options.set(setting);
    }
  }

  /** Once manifests are there: hooks in order, and a word about topics that nobody sends. */
  #settle(): void {
    for (const plugin of this.#hooks.update(this.list())) {
      if (plugin.state === 'needsInit') plugin.kill('unusual', 'Cannot meet required hook dependencies');
    }
    for (const plugin of this.list())
      for (const topic of plugin.state === 'needsInit' ? (plugin.manifest?.subscriptions ?? []) : [])
        if (topic !== '*' && !this.#isTopic(topic))
          plugin.log.unusual(`topic '${topic}' is not a known notification topic`);
  }

  async #init(plugin: Plugin): Promise<void> {
    if (plugin.isDead || !plugin.manifest) return;
    const params = initParams(plugin.manifest, this.#parts.options, this.#starting, this.#features);
    await plugin.init(params);
    this.notify('plugin_started', describePlugin(plugin));
  }

  /** Tells a plugin that its end has come and waits for it; returns false if it did not want to know. */
  async #letGo(plugin: Plugin): Promise<boolean> {
    const ended = new Promise<void>((resolve) => this.#endings.set(plugin, resolve));
    if (!plugin.notify('shutdown', '{"jsonrpc":"2.0","method":"shutdown","params":{"shutdown":{}}}')) return false;
    const timer = setTimeout(() => plugin.kill('unusual', 'Timeout on shutdown: killing anyway'), SHUTDOWN_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    return true;
  }

  /** What is left to do when a plugin is gone. */
  #forget(plugin: Plugin): void {
    const { options, registry } = this.#parts;
    this.#roster.remove(plugin);
    for (const { name } of plugin.manifest?.options ?? [])
      if (options.spec(name)?.plugin === plugin.path) options.unregister(name);
    for (const { name } of plugin.manifest?.methods ?? [])
      if (registry.get(name)?.plugin === plugin.path) registry.remove(name);
    this.#hooks.update(this.list());
    this.#endings.get(plugin)?.();
    if (this.#stopping) return;
    if (plugin.important) {
      plugin.log.broken('Plugin marked as important, shutting down lightningd!');
      this.#importantDied = true;
      if (!this.#starting) this.#parts.importantDied();
    }
    if (!this.#starting) this.notify('plugin_stopped', describePlugin(plugin));
  }

  #isTopic(topic: string): boolean {
    return (
      NATIVE_TOPICS.has(topic) ||
      SUITE_TOPICS.has(topic) ||
      this.list().some(({ manifest }) => manifest?.topics.includes(topic))
    );
  }

  /** A plugin's own notification, to all that subscribed to it. */
  #forward(plugin: Plugin, topic: string, paramsText: string): void {
    if (!plugin.manifest?.topics.includes(topic)) {
      plugin.log.unusual(
        `Plugin attempted to send a notification to topic "${topic}" it hasn't declared in its manifest, not forwarding to subscribers.`,
      );
      return;
    }
    this.#broadcast(
      topic,
      `{"jsonrpc":"2.0","method":${JSON.stringify(topic)},"origin":${JSON.stringify(plugin.name)},"params":${paramsText}}`,
    );
  }

  #broadcast(topic: string, text: string): void {
    for (const plugin of this.list()) plugin.notify(topic, text);
  }
}

const describePlugin = ({ name, path, manifest }: Plugin): JsonObject => ({
  plugin_name: name,
  plugin_path: path,
  methods: manifest?.methods.map((method) => method.name) ?? [],
});

/** Why a plugin is gone stands in the log. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof PluginGoneError)) throw new Error(`a plugin failed: ${messageOf(error)}`, { cause: error });
}
