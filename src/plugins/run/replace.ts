import { basename } from 'node:path';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { isExecutable } from '../../daemons/executables/files.js';
import type { Lightningd } from '../../daemons/lightningd.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { assertHoldsNothing, findPlugin, listPlugins, startListed, type ListedPlugin } from '../control.js';
import { heldPayments } from '../held.js';

interface Before {
  readonly path: string;
  /** Those that it was started with by hand. */
  readonly options: JsonObject;
}

/** `value_str`, `values_int`, …; `set` of a flag. */
const VALUE = /^(values?_|set$)/;

/** A plugin in the place of the one of the same name that the node ran before, if any. */
export class Replacement {
  readonly #node: Lightningd;
  readonly #file: string;
  readonly #options: JsonObject;
  /** What ran before, and runs again in the end. */
  #before: Before | undefined;
  /** What may run in this place: a node that is restarted runs by itself what its config names. */
  readonly #paths: Set<string>;

  private constructor(node: Lightningd, file: string, options: JsonObject, before: Before | undefined) {
    this.#node = node;
    this.#file = file;
    this.#options = options;
    this.#before = before;
    this.#paths = new Set(before === undefined ? [file] : [file, before.path]);
  }

  /**
   * Looks for a plugin of this file's name on the node; nothing is stopped or started yet.
   *
   * @throws {LnPlayError} INVALID when it runs and is not dynamic, so that it cannot be stopped
   */
  static async of(node: Lightningd, file: string, options: JsonObject): Promise<Replacement> {
    const plugins = await listPlugins(node);
    const name = basename(file);
    const before = (await findPlugin(plugins, file)) ?? plugins.find((plugin) => basename(plugin.name) === name);
    if (before) assertDynamic(node, before);
    if (!before) return new Replacement(node, file, options, undefined);
    const path = before.name;
    return new Replacement(node, file, options, { path, options: await startOptions(node, path) });
  }

  /** In the place of this very file, whatever else there is of its name; `look` is to be called before anything is started. */
  static ofFile(node: Lightningd, file: string): Replacement {
    return new Replacement(node, file, {}, undefined);
  }

  /**
   * Takes in what runs in this place by now, and the options that it was started with.
   *
   * @throws {LnPlayError} INVALID as `of`
   */
  async look(): Promise<void> {
    const [running] = await this.#running();
    if (!running) return;
    assertDynamic(this.#node, running);
    this.#before = { path: running.name, options: await startOptions(this.#node, running.name) };
    this.#paths.add(running.name);
  }

  /** What is started here is started with: what was given, and else what it was started with before. */
  get options(): JsonObject {
    return { ...this.#before?.options, ...this.#options };
  }

  /**
   * Stops what runs in this place, and starts `path` there; a start that is given up at `signal` may yet come about.
   */
  async start(path: string, signal?: AbortSignal): Promise<readonly ListedPlugin[]> {
    return await this.#start(path, this.options, signal);
  }

  /** Stops what runs in this place; it may have ended by itself. */
  async stop(): Promise<void> {
    for (const { name } of await this.#running())
      await this.#node.rpc.call('plugin', { subcommand: 'stop', plugin: name });
  }

  /** Whether something runs in this place, whoever started it; nothing does on a node that has stopped. */
  async isActive(): Promise<boolean> {
    try {
      return (await this.#running()).some(({ active }) => active);
    } catch (error) {
      if (error instanceof LnPlayError && error.code === 'CONNECTION') return false;
      throw error;
    }
  }

  /** How many payments wait for the decision of what runs in this place. */
  async held(signal?: AbortSignal): Promise<number> {
    return await heldPayments(this.#node, await this.#names(), { signal });
  }

  /** @throws {LnPlayError} STATE when payments wait for the decision of what runs in this place */
  async assertHoldsNothing(): Promise<void> {
    const names = await this.#names();
    if (names.length > 0) await assertHoldsNothing(this.#node, names, 'then try again');
  }

  /**
   * Has the node run what it ran before, or nothing. What holds payments is left running. A node that has stopped has no
   * plugin either way.
   *
   * @returns how many payments wait for the decision of what is left running
   */
  async restore(): Promise<number> {
    try {
      const running = await this.#running();
      const path = this.#before?.path;
      if (path !== undefined && running.length === 1 && (await findPlugin(running, path))) return 0;
      const held = await this.held();
      if (held > 0) return held;
      if (this.#before === undefined) await this.stop();
      // What a killed trace or watch left running went through its wrapper, which is gone.
      else
        await this.#start(
          (await isExecutable(this.#before.path)) ? this.#before.path : this.#file,
          this.#before.options,
        );
    } catch (error) {
      if (!(error instanceof LnPlayError && error.code === 'CONNECTION')) throw error;
    }
    return 0;
  }

  async #start(path: string, options: JsonObject, signal?: AbortSignal): Promise<readonly ListedPlugin[]> {
    await this.stop();
    throwIfAborted(signal);
    this.#paths.add(path);
    const shown = { file: this.#file, logName: basename(this.#file) };
    return await startListed(this.#node, path, shown, options, { signal });
  }

  async #names(): Promise<string[]> {
    return (await this.#running()).map(({ name }) => name);
  }

  async #running(): Promise<readonly ListedPlugin[]> {
    const plugins = await listPlugins(this.#node);
    const found = await Promise.all(Array.from(this.#paths, (path) => findPlugin(plugins, path)));
    return plugins.filter((plugin) => found.includes(plugin));
  }
}

function assertDynamic({ name: node }: Lightningd, { name, dynamic }: ListedPlugin): void {
  if (dynamic) return;
  throw new LnPlayError('INVALID', `${node} runs ${name} already, and it is not dynamic`, {
    hint: `give "dynamic": true in its manifest, or leave it out of the config; then: ln-play restart ${node}`,
  });
}

/** Options that a plugin was started with; those of the node's config count again at each start (lightning-listconfigs(7)). */
async function startOptions(node: Lightningd, path: string): Promise<JsonObject> {
  const { configs = {} } = await node.rpc.call('listconfigs');
  return Object.fromEntries(
    Object.entries(configs).flatMap(([name, { plugin, source, sources, ...value }]) => {
      if (plugin !== path || (source ?? sources?.[0]) !== 'pluginstart') return [];
      const given = Object.entries(value).find(([key]) => VALUE.test(key))?.[1];
      return [[name, Array.isArray(given) ? given[0] : given]]; // one that may be given several times is so in the config alone
    }),
  );
}
