import { isObject } from '../../rpc/json-rpc.js';
import type { Args, Method, ParamSpec } from '../context.js';
import { RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';

/**
 * Reads the parameters of a request as CLN does: by position from an array, by name from an object; a null by position
 * counts as absent. All are of their declared types afterwards.
 *
 * @throws {RpcError} -32602 with CLN's text
 * @throws {ParamError} from a parameter's type
 */
export function readParams(
  { params: specs, allowExtra = false }: Pick<Method, 'params' | 'allowExtra'>,
  params: unknown,
): Args {
  const given = Array.isArray(params) ? byPosition(specs, params, allowExtra) : byName(specs, params, allowExtra);
  const args: Record<string, unknown> = {};
  for (const [name, value] of given) {
    const spec = specs.find((candidate) => candidate.name === name);
    args[name] = spec ? spec.type(value, name) : value;
  }
  for (const spec of specs) {
    if (spec.name in args) continue;
    if (spec.required) throw invalid(`missing required parameter: ${spec.name}`);
    if (spec.default !== undefined) args[spec.name] = spec.default;
  }
  return args;
}

function byPosition(
  specs: readonly ParamSpec[],
  params: readonly unknown[],
  allowExtra: boolean,
): Map<string, unknown> {
  if (params.length > specs.length && !allowExtra)
    throw invalid(`too many parameters: got ${params.length}, expected ${specs.length}`);
  const present = specs.flatMap((spec, i): [string, unknown][] =>
    i < params.length && params[i] !== null ? [[spec.name, params[i]]] : [],
  );
  return new Map(present);
}

function byName(specs: readonly ParamSpec[], params: unknown, allowExtra: boolean): Map<string, unknown> {
  if (!isObject(params)) throw invalid('Expected array or object for params');
  const known = new Set(specs.map((spec) => spec.name));
  const unknown = Object.keys(params).find((name) => !known.has(name));
  if (unknown !== undefined && !allowExtra)
    throw invalid(
      `unknown parameter: ${unknown}, this may be caused by a failure to autodetect key=value-style parameters. ` +
        'Please try using the -k flag and explicit key=value pairs of parameters.',
    );
  return new Map(Object.entries(params));
}

const invalid = (message: string): RpcError => new RpcError(CODE.INVALID_PARAMS, message);

/** The parameters as `help` shows them: `id [host] [port]`. */
export function usageOf(specs: readonly ParamSpec[]): string {
  return specs.map(({ name, required }) => (required ? name : `[${name}]`)).join(' ');
}
