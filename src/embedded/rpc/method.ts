import type { Call, Method, ParamSpec } from '../context.js';

/** What a handler gets, from the list of its parameters: required ones and those with a default are always there. */
export type ArgsOf<P extends readonly ParamSpec[]> = {
  readonly [S in P[number] as S['name']]: S extends { required: true } | { default: {} }
    ? ReturnType<S['type']>
    : ReturnType<S['type']> | undefined;
};

type Definition<P extends readonly ParamSpec[]> = Omit<Method, 'params' | 'handle'> & {
  readonly params: P;
  readonly handle: (args: ArgsOf<P>, call: Call) => Promise<object | string> | object | string;
};

/** Makes a method whose handler gets its arguments typed after `params`. */
export function method<const P extends readonly ParamSpec[]>(definition: Definition<P>): Method {
  return {
    ...definition,
    handle: async (args, call) => await definition.handle(args as ArgsOf<P>, call),
  };
}
