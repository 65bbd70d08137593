import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import type { Context, Log, Method, RunningNode } from '../context.js';
import type { LogBook } from '../log/log-book.js';
import { configMethods } from '../methods/config.js';
import { datastoreMethods, type Storage } from '../methods/datastore.js';
import { helpMethods } from '../methods/help.js';
import { logMethods } from '../methods/log.js';
import { pluginMethods } from '../methods/plugin.js';
import { utilityMethods } from '../methods/utility.js';
import type { Options } from '../options/options.js';
import { StartError } from '../options/setting.js';
import { PluginHost } from '../plugins/host.js';
import { createHandler } from '../rpc/dispatch.js';
import { method } from '../rpc/method.js';
import { commandOf, Registry } from '../rpc/registry.js';
import { RpcServer } from '../rpc/server.js';
import { VERSION } from '../version.js';

/** Starts the node: `startNode` of ldk/node.ts. */
export type StartNode = (context: Context) => Promise<RunningNode>;

/** The daemon between its options and its end: plugins, node and RPC socket, started and stopped in lightningd's order. */
export class Daemon {
  readonly plugins: PluginHost;
  readonly #options: Options;
  readonly #book: LogBook;
  readonly #log: Log;
  readonly #registry = new Registry();
  readonly #server: RpcServer;
  #node: RunningNode | undefined;
  #stopping: Promise<void> | undefined;
  #exitCode = 0;
  /** Runs last, once everything is stopped. */
  readonly #cleanUps: (() => void | Promise<void>)[] = [];

  constructor(options: Options, book: LogBook) {
    this.#options = options;
    this.#book = book;
    this.#log = book.logger('lightningd');
    const developer = options.flag('developer');
    this.plugins = new PluginHost({
      options,
      book,
      registry: this.#registry,
      developer,
      deprecatedOk: this.#deprecatedOk,
      importantDied: () => this.shutdown('an important plugin died', 1),
    });
    process.on('exit', () => this.plugins.endAll());
    const handler = createHandler({
      registry: this.#registry,
      log: this.#log,
      developer,
      ask: async (hook, payload) => await this.plugins.ask(hook, payload),
      hasHook: (hook) => this.plugins.hasHook(hook),
    });
    this.#server = new RpcServer(handler, this.#deprecatedOk);
  }

  /** Runs `cleanUp` at the very end, those added last first. */
  onEnd(cleanUp: () => void | Promise<void>): void {
    this.#cleanUps.unshift(cleanUp);
  }

  /**
   * Starts the node, the RPC socket and then the plugins, whose manifests are there already.
   *
   * @throws {StartError} and what the node throws
   */
  async start(startNode: StartNode, storage: Storage): Promise<void> {
    this.#add(this.#ownMethods(storage));
    this.#node = await startNode(this.context());
    this.#add(this.#node.methods);
    const file = resolve(this.#options.networkDir, this.#options.string('rpc-file') ?? 'lightning-rpc');
    await this.#server.listen(file, Number.parseInt(this.#options.string('rpc-file-mode') ?? '0600', 8));
    if (!(await this.plugins.init(this.#node.features)))
      throw new StartError('An important plugin failed to initialise');
    const { id, alias, color } = this.#node;
    this.#log.info('--------------------------------------------------');
    this.#log.info(`Server started with public key ${id}, alias ${alias} (color #${color}) and lightningd ${VERSION}`);
  }

  /** What the node and its methods are given. */
  context(): Context {
    return {
      options: this.#options,
      log: this.#log,
      notify: (topic, payload) => this.plugins.notify(topic, payload),
      ask: async (...question) => await this.plugins.ask(...question),
      hasHook: (hook) => this.plugins.hasHook(hook),
      shutdown: (why) => this.shutdown(why),
      fatal: (why) => {
        this.#log.broken(why);
        process.stderr.write(`lightningd: ${why}\n`);
        process.exit(1);
      },
    };
  }

  /** Ends the daemon in an orderly way, once; the process exits when all is stopped. */
  shutdown(why: string, exitCode = 0): void {
    this.#exitCode ||= exitCode;
    if (this.#stopping) return;
    this.#stopping = this.#stopAll(why);
    void this.#exitOnceStopped(this.#stopping);
  }

  async #exitOnceStopped(stopped: Promise<void>): Promise<void> {
    try {
      await stopped;
      await nextTurn(); // the answer to `stop` is written first
      await this.#server.close();
    } catch (error) {
      this.#log.broken(`Shutdown failed: ${messageOf(error)}`);
      this.#exitCode ||= 1;
    }
    process.exit(this.#exitCode);
  }

  async #stopAll(why: string): Promise<void> {
    this.#log.unusual(why);
    this.#server.stopListening();
    await this.plugins.shutdown();
    await this.#node?.stop();
    for (const cleanUp of this.#cleanUps) await cleanUp();
    this.#log.debug('Shutdown complete');
  }

  #add(methods: readonly Method[]): void {
    const developer = this.#options.flag('developer');
    for (const each of methods)
      if (!this.#registry.add(commandOf(each, { log: this.#log, developer })))
        throw new Error(`Cannot add duplicate command ${each.name}`);
  }

  #ownMethods(storage: Storage): readonly Method[] {
    const options = this.#options;
    return [
      ...helpMethods(this.#registry, options.flag('developer')),
      ...logMethods(this.#book),
      ...configMethods(options, this.#log, async (spec, value) => await this.plugins.setOption(spec, value)),
      ...datastoreMethods(storage),
      ...utilityMethods(options.networkDir),
      ...pluginMethods(this.plugins, options.lightningDir),
      method({
        name: 'stop',
        category: 'utility',
        params: [],
        handle: async () => {
          this.shutdown('JSON-RPC shutdown');
          await this.#stopping;
          return { result: 'Shutdown complete' };
        },
      }),
    ];
  }

  get #deprecatedOk(): boolean {
    const chosen = this.#options.isSet('allow-deprecated-apis');
    return chosen ? this.#options.flag('allow-deprecated-apis') : !this.#options.flag('developer');
  }
}
