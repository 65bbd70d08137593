import type { Call, Log, Method } from '../context.js';
import { ParamError, RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';
import { toJson } from './json-text.js';
import { readParams, usageOf } from './read-params.js';

/** A command of the RPC socket: a method of ours or a plugin's. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly deprecated: boolean;
  readonly developerOnly: boolean;
  /** The plugin that it belongs to, by its path. */
  readonly plugin?: string;
  /** Answers the JSON text of the result, to parameters that are there parsed and as text. Throws RpcError, or anything else for a bug. */
  readonly run: (request: { readonly params: unknown; readonly text: string }, call: Call) => Promise<string>;
  /** Whether the parameters could be run: `check`. Throws RpcError if not. */
  readonly check: (params: unknown, call: Call) => Promise<void>;
}

/** All commands by name, in the order of `help`. */
export class Registry {
  readonly #commands = new Map<string, Command>();

  get(name: string): Command | undefined {
    return this.#commands.get(name);
  }

  list(): readonly Command[] {
    return Array.from(this.#commands.values()).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Adds a command; returns false if the name is taken. */
  add(command: Command): boolean {
    if (this.#commands.has(command.name)) return false;
    this.#commands.set(command.name, command);
    return true;
  }

  remove(name: string): void {
    this.#commands.delete(name);
  }
}

/** A method of ours as a command: its parameters are read first, and one that is wrong is answered as CLN does. */
export function commandOf(method: Method, { log, developer }: { log: Log; developer: boolean }): Command {
  const explain = (error: unknown, tellValue: boolean): unknown =>
    error instanceof ParamError ? badParam(error, method.name, tellValue || developer, log) : error;
  const said = new Set<string>();
  const ignoring = (name: string, why: string): void => {
    if (!said.has(name)) log.unusual(`Parameter ${name} of ${method.name} is ignored: ${why}`);
    said.add(name);
  };
  return {
    name: method.name,
    usage: method.usage ?? usageOf(method.params),
    deprecated: method.deprecated ?? false,
    developerOnly: method.developerOnly ?? false,
    run: async ({ params }, call) => {
      try {
        return toJson(await method.handle(readParams(method, params, ignoring), call));
      } catch (error) {
        throw explain(error, false);
      }
    },
    check: async (params) => {
      try {
        readParams(method, params);
      } catch (error) {
        throw explain(error, true);
      }
    },
  };
}

/** CLN's answer to a parameter that cannot be read: the value may be a secret, so it only goes to the log. */
export function badParam(
  { param, wanted, token }: ParamError,
  command: string,
  tellValue: boolean,
  log: Log,
): RpcError {
  if (tellValue) return new RpcError(CODE.INVALID_PARAMS, `${param}: ${wanted}: invalid token '${token}'`);
  log.info(`JSON COMMAND ${command}: Invalid parameter ${param} (${wanted}): token '${token}'`);
  return new RpcError(CODE.INVALID_PARAMS, `${param}: ${wanted}: invalid token (see logs for details)`);
}
