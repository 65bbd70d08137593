import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { ParamError } from './errors.js';

/** A request's `filter` (lightningd-rpc(7)): the members to keep; `true` keeps all of one, `[…]` is for each element. */
export type Filter = true | readonly [Filter] | { readonly [member: string]: Filter };

/** @throws {ParamError} with CLN's text */
export function parseFilter(value: unknown): Filter {
  if (!isObject(value)) throw new ParamError('filter', 'Expected object', value);
  return parseInner(value);
}

function parseInner(value: unknown): Filter {
  if (value === true) return true;
  if (Array.isArray(value)) {
    if (value.length !== 1) throw new ParamError('filter', 'Arrays can only have one element', value);
    return [parseInner(value[0])];
  }
  if (!isObject(value)) throw new ParamError('filter', "value must be 'true'", value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, parseInner(inner)]));
}

/** What is left of `result`, with CLN's warning where the filter takes an array for an object or the other way round. */
export function applyFilter(result: JsonObject, filter: Filter): JsonObject {
  let misused: string | undefined;
  const keep = (value: unknown, inner: Filter, path: string): unknown => {
    if (inner === true || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      if (isArrayFilter(inner)) return value.map((element) => keep(element, inner[0], `${path}[]`));
      if (Object.keys(inner).length === 0) return value;
      misused ??= `${path} is an array`;
      return undefined;
    }
    if (isArrayFilter(inner)) {
      misused ??= `${path} is an object`;
      return undefined;
    }
    if (Object.keys(inner).length === 0) return value;
    const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] =>
      Object.hasOwn(inner, name) ? [[name, keep(member, inner[name]!, `${path}.${name}`)]] : [],
    );
    return Object.fromEntries(kept);
  };
  const kept = keep(result, filter, '') as JsonObject;
  return misused === undefined ? kept : { ...kept, warning_parameter_filter: misused };
}

const isArrayFilter = (filter: Filter): filter is readonly [Filter] => Array.isArray(filter);
