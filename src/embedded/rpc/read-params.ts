import { isObject } from '../../rpc/json-rpc.js';
import type { Args, Method, ParamSpec } from '../context.js';
import { RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';

/**
 * Reads the parameters of a request as CLN does: by position from an array, by name from an object; a null by position
 * counts as absent. All are of their declared types afterwards.
 *
 * @param ignoring hears of each that is given and makes no difference
 * @throws {RpcError} -32602 with CLN's text
 * @throws {ParamError} from a parameter's type
 */
export function readParams(
  { params: specs, allowExtra = false }: Pick<Method, 'params' | 'allowExtra'>,
  params: unknown,
  ignoring: (name: string, why: string) => void = () => {},
): Args {
  const given = Array.isArray(params) ? byPosition(specs, params, allowExtra) : byName(specs, params, allowExtra);
  for (const { name, unhonoured } of specs) {
    const value = given.get(name);
    if (!unhonoured || value === undefined || value === null) continue;
    if ('ignored' in unhonoured) ignoring(name, unhonoured.ignored);
    else if (value !== unhonoured.unless)
      throw invalid(`${name}: the embedded lightningd does not support this: ${unhonoured.refused}`);
  }
  const args: Record<string, unknown> = {};
  for (const [name, value] of given) {
    const spec = specs.find((candidate) => candidate.name === name);
    if (!spec?.unhonoured) args[name] = spec ? spec.type(value, name) : value;
  }
  for (const spec of specs) {
    if (spec.name in args || (spec.unhonoured && given.has(spec.name))) continue;
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
  const known = new Map(specs.flatMap(({ name, alias = name }) => [[name, name] as const, [alias, name] as const]));
  const unknown = Object.keys(params).find((name) => !known.has(name));
  if (unknown !== undefined && !allowExtra)
    throw invalid(
      `unknown parameter: ${unknown}, this may be caused by a failure to autodetect key=value-style parameters. ` +
        'Please try using the -k flag and explicit key=value pairs of parameters.',
    );
  return new Map(Object.entries(params).map(([name, value]) => [known.get(name) ?? name, value]));
}

const invalid = (message: string): RpcError => new RpcError(CODE.INVALID_PARAMS, message);

/** The parameters as `help` shows them, without those that are refused: `id [host] [port]`. */
export function usageOf(specs: readonly ParamSpec[]): string {
  const taken = specs.filter(({ unhonoured }) => !unhonoured || 'ignored' in unhonoured);
  return taken.map(({ name, required }) => (required ? name : `[${name}]`)).join(' ');
}
