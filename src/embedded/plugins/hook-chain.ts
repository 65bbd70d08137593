import { HOOKS } from '../../cln/hooks.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import type { HookAnswer, Log } from '../context.js';
import { AMENDED, orderHookUsers, passesFilters, readAnswer } from './hooks.js';
import type { ManifestHook } from '../../cln/manifest.js';
import { PluginGoneError, type Plugin } from './plugin.js';

interface User {
  readonly user: Plugin;
  readonly wishes: ManifestHook;
}

/** Who is asked at each hook, in which order, and what comes of it (lightningd/plugin_hook.c). */
export class HookChains {
  readonly #chains = new Map<string, readonly User[]>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  has(hook: string): boolean {
    return (this.#chains.get(hook)?.length ?? 0) > 0;
  }

  /**
   * Puts the plugins in order anew.
   *
   * @returns those whose `before` and `after` cannot be met
   */
  update(plugins: readonly Plugin[]): readonly Plugin[] {
    const impossible = new Set<Plugin>();
    for (const hook of HOOKS.keys()) {
      const users = plugins.flatMap((user): User[] => {
        const wishes = user.manifest?.hooks.find(({ name }) => name === hook);
        return wishes ? [{ user, wishes }] : [];
      });
      const order = orderHookUsers(hook, users);
      for (const plugin of order.impossible) impossible.add(plugin);
      this.#chains.set(
        hook,
        order.ordered.map((user) => users.find((candidate) => candidate.user === user)!),
      );
    }
    return Array.from(impossible);
  }

  /**
   * Asks one after the other. A plugin that dies meanwhile, or talks nonsense and is dropped for it, is passed over.
   *
   * @param onTurn told of each plugin that is asked, by its name
   */
  async ask(hook: string, payload: JsonObject, onTurn?: (plugin: string) => void): Promise<HookAnswer> {
    let current = payload;
    let agreed: HookAnswer = { result: 'continue' };
    let changed = false;
    for (const { user, wishes } of this.#chains.get(hook) ?? []) {
      if (!passesFilters(hook, wishes, payload)) continue;
      // a plugin that uses the RPC while it is configured would wait for itself
      if (hook === 'rpc_command' && user.state !== 'running') continue;
      await user.ready;
      if (user.isDead) continue;
      onTurn?.(user.name);
      const reply = await this.#askOne(hook, user, current);
      if (!reply) continue;
      if (!reply.last) {
        agreed = changed ? agreed : this.#merge(hook, agreed, reply.answer);
        current = AMENDED[hook]?.(current, reply.answer) ?? current;
        continue;
      }
      if (hook !== 'rpc_command') return reply.answer;
      // all are asked, though only the first that changes the command has its way
      if (changed) {
        const { method } = (payload['rpc_command'] ?? {}) as JsonObject;
        this.#log.unusual(`rpc_command hook '${String(method)}' already modified, ignoring.`);
        break;
      }
      agreed = reply.answer;
      changed = true;
    }
    return agreed;
  }

  async #askOne(
    hook: string,
    plugin: Plugin,
    payload: JsonObject,
  ): Promise<{ readonly last: boolean; readonly answer: HookAnswer } | undefined> {
    try {
      this.#log.trace(`Calling ${hook} hook of plugin ${plugin.name}`);
      const { value } = await plugin.request(hook, payload);
      this.#log.trace(`Plugin ${plugin.name} returned from ${hook} hook call`);
      if (!('result' in value)) {
        plugin.kill(
          'broken',
          `Plugin ${plugin.name} for ${hook} returned non-result response ${JSON.stringify(value)}`,
        );
        return undefined;
      }
      const read = readAnswer(hook, value['result']);
      if (typeof read !== 'string') return read;
      plugin.log.broken(`Bad response to '${hook}' hook: ${read}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof PluginGoneError)) throw error;
      this.#log.debug(`Plugin died from ${hook} hook call`);
      return undefined;
    }
  }

  /** What several plugins add to their `continue`: of each member the first counts. */
  #merge(hook: string, agreed: HookAnswer, answer: HookAnswer): HookAnswer {
    const twice = Object.keys(answer).find((name) => name !== 'result' && name in agreed);
    if (twice !== undefined && hook === 'openchannel')
      this.#log.broken(`openchannel hook ${twice} address was already set by other plugin. Ignoring.`);
    return hook === 'htlc_accepted' ? { ...agreed, ...answer } : { ...answer, ...agreed };
  }
}
