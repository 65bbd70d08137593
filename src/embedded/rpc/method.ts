import type { Call, Method, ParamSpec } from '../context.js';
import { any_ } from './params.js';
import { UNHONOURED } from './unhonoured-params.js';

/** A parameter that is honoured, or the name of one that is in the table of those that are not: it has its place all the same. */
type Param = ParamSpec | string;

/** What a handler gets, from the list of its parameters: required ones and those with a default are always there. */
type ArgsOf<P extends readonly Param[]> = {
  readonly [S in Exclude<P[number], string> as S['name']]: S extends { required: true } | { default: {} }
    ? ReturnType<S['type']>
    : ReturnType<S['type']> | undefined;
};

type Definition<P extends readonly Param[]> = Omit<Method, 'params' | 'handle'> & {
  /** In Core Lightning's order. */
  readonly params: P;
  readonly handle: (args: ArgsOf<P>, call: Call) => Promise<object | string> | object | string;
};

/**
 * Makes a method whose handler gets its arguments typed after `params`.
 *
 * @throws if a parameter is named that the table of unhonoured ones has not
 */
export function method<const P extends readonly Param[]>(definition: Definition<P>): Method {
  const { name } = definition;
  return {
    ...definition,
    params: definition.params.map((param) =>
      typeof param === 'string' ? unhonoured(name, param) : classified(name, param),
    ),
    handle: async (args, call) => await definition.handle(args as ArgsOf<P>, call),
  };
}

/** One that has to be given has a type though it is ignored. */
function classified(method: string, param: ParamSpec): ParamSpec {
  const row = UNHONOURED[method]?.[param.name];
  return row ? { ...param, unhonoured: row } : param;
}

function unhonoured(method: string, name: string): ParamSpec {
  const row = UNHONOURED[method]?.[name];
  if (!row) throw new Error(`parameter ${name} of ${method} has neither a type nor a row in the table`);
  return { name, type: any_, unhonoured: row };
}
