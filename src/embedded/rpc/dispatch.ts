import { messageOf } from '../../core/errors.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Call, Context, Log } from '../context.js';
import type { Handler, Request } from './connection.js';
import { ParamError, PassedOnError, RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';
import { applyFilter, parseFilter, type Filter } from './filter.js';
import { toJson } from './json-text.js';
import { unknownCommand } from './missing-methods.js';
import { badParam, type Command, type Registry } from './registry.js';

export interface Dispatcher {
  readonly registry: Registry;
  readonly log: Log;
  readonly developer: boolean;
  readonly ask: Context['ask'];
  readonly hasHook: Context['hasHook'];
}

/**
 * What happens to a request, in lightningd's order (lightningd/jsonrpc.c): the command is found, deprecation and
 * developer's rights are checked, the `rpc_command` hook may replace it or answer itself, and it is run. Whatever a
 * command throws becomes an error reply; what no command should throw is a **BROKEN** line as well.
 */
export function createHandler(dispatcher: Dispatcher): Handler {
  return async (request) => {
    try {
      return await dispatch(dispatcher, request);
    } catch (error) {
      if (error instanceof RpcError || error instanceof PassedOnError) throw error;
      const method = String(request.message['method']);
      dispatcher.log.broken(`Uncaught error in command ${method}: ${stackOf(error)}`);
      throw new RpcError(CODE.LIGHTNINGD, `Internal error in ${method}: ${messageOf(error)}`);
    }
  };
}

const stackOf = (error: unknown): string =>
  error instanceof Error && error.stack !== undefined ? error.stack.replaceAll(/\s*\n\s*/g, ' | ') : messageOf(error);

async function dispatch(dispatcher: Dispatcher, { message, paramsText, call }: Request): Promise<string> {
  const { method } = message;
  if (method === undefined || paramsText === '')
    throw new RpcError(CODE.INVALID_REQUEST, method === undefined ? 'No method' : 'No params');
  if (typeof method !== 'string') throw new RpcError(CODE.INVALID_REQUEST, 'Expected string for method');
  const command = dispatcher.registry.get(method);
  if (!command) throw new RpcError(CODE.METHOD_NOT_FOUND, unknownCommand(method));
  const filter = 'filter' in message ? readFilter(dispatcher, command, message['filter']) : undefined;
  checkAllowed(
    dispatcher,
    command,
    call,
    (why) => new RpcError(CODE.METHOD_NOT_FOUND, `Command ${JSON.stringify(method)} is ${why}`),
  );
  const run = async (): Promise<string> => await command.run({ params: call.params, text: paramsText }, call);
  const result = dispatcher.hasHook('rpc_command') ? await askHook(dispatcher, message, call, run) : await run();
  return filter === undefined ? result : toJson(applyFilter(JSON.parse(result) as JsonObject, filter));
}

function checkAllowed(
  { developer }: Dispatcher,
  { deprecated, developerOnly }: Command,
  { session }: Call,
  refuse: (why: string) => RpcError,
): void {
  if (deprecated && !session.deprecatedOk) throw refuse('deprecated');
  if (developerOnly && !developer) throw refuse('developer-only');
}

function readFilter({ developer, log }: Dispatcher, { name }: Command, value: unknown): Filter {
  try {
    return parseFilter(value);
  } catch (error) {
    throw error instanceof ParamError ? badParam(error, name, developer, log) : error;
  }
}

async function askHook(
  dispatcher: Dispatcher,
  message: JsonObject,
  call: Call,
  run: () => Promise<string>,
): Promise<string> {
  const answer = await dispatcher.ask('rpc_command', { rpc_command: message });
  if ('replace' in answer) return await runReplacement(dispatcher, answer['replace'], call);
  const returned = answer['return'];
  if (!isObject(returned)) return await run();
  if ('result' in returned) return toJson(returned['result']);
  const { error } = returned;
  if (isObject(error)) throw new RpcError(Number(error['code']), String(error['message']), error['data']);
  return await run();
}

async function runReplacement(dispatcher: Dispatcher, replacement: unknown, call: Call): Promise<string> {
  const bad = (why: string): RpcError =>
    new RpcError(CODE.INVALID_REQUEST, `Bad response to 'rpc_command' hook: ${why} (${JSON.stringify(replacement)})`);
  if (!isObject(replacement)) throw bad("'replace' must be an object");
  const { method, params } = replacement;
  const missing = ['method', 'params', 'id'].find((name) => !(name in replacement));
  if (missing !== undefined) throw bad(`missing '${missing}'`);
  const command = dispatcher.registry.get(String(method));
  if (!command) throw bad(`redirected to unknown method '${String(method)}'`);
  checkAllowed(dispatcher, command, call, (why) => bad(`redirected to ${why} command '${command.name}'`));
  if (replacement['jsonrpc'] !== '2.0') throw bad('jsonrpc: "2.0" must be specified in the request');
  return await command.run({ params, text: toJson(params) }, { ...call, params });
}
