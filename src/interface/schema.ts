import { z } from 'zod';
import { LnPlayError } from '../core/errors.js';
import type { CommandDescription } from './describe.js';
import type { Given } from './given.js';

/** What `call` takes of a command, checked: arguments in order, options by name. */
export function givenSchema({ args, options }: CommandDescription) {
  const texts = args
    .filter(({ many }) => !many)
    .map((arg) => {
      const text = z.string().describe(arg.about || arg.name);
      return arg.required ? text : text.optional();
    });
  const last = args.find(({ many }) => many);
  const least = args.filter(({ required }) => required).length;
  const own = texts as unknown as [z.ZodString];
  const tuple = (last
    ? z.tuple(own, z.string().describe(last.about || last.name))
    : z.tuple(own)) as unknown as z.ZodType<string[]>;
  const list = least > texts.length ? tuple.refine(({ length }) => length >= least, `${last!.name} is missing`) : tuple;
  return z.strictObject({
    args: (least === 0 ? list.default([]) : list).describe('arguments, in the order of the usage'),
    options: z.strictObject(optionShape(options)).default({}).describe('options, by name'),
  });
}

/** The same with each argument under its own name beside the options, for who fills in a form: `{ from, to, private }`. */
export function namedSchema({ args, options }: CommandDescription) {
  const shape: { [name: string]: z.ZodType } = {};
  for (const { name, about, required, many } of args) {
    const text = z.string();
    const value = (many ? z.array(text).min(required ? 1 : 0) : text).describe(about || name);
    shape[snake(name)] = required ? value : value.optional();
  }
  return z.strictObject({ ...shape, ...optionShape(options) });
}

/** Arguments in order of what `namedSchema` has let through. @throws {LnPlayError} USAGE for one that is left out before another */
export function givenOf(
  { name, args, options }: CommandDescription,
  named: { readonly [name: string]: unknown },
): Given {
  const values: string[] = [];
  let missing: string | undefined;
  for (const arg of args) {
    const value = named[snake(arg.name)] as string | string[] | undefined;
    if (value === undefined) missing ??= arg.name;
    else if (missing === undefined) values.push(...(typeof value === 'string' ? [value] : value));
    else
      throw new LnPlayError('USAGE', `${name} takes ${arg.name} only with ${missing}`, {
        hint: `give ${snake(missing)}, too`,
      });
  }
  const given = options.filter((option) => named[option.name] !== undefined);
  return {
    args: values,
    options: Object.fromEntries(given.map((option) => [option.name, named[option.name] as string])),
  };
}

function optionShape(options: CommandDescription['options']): { [name: string]: z.ZodType } {
  return Object.fromEntries(
    options.map(({ name, summary, kind }) => {
      const type = { text: z.string(), flag: z.boolean(), list: z.array(z.string()) }[kind];
      return [name, type.describe(summary).optional()];
    }),
  );
}

/** What zod found to be wrong, as our own error. */
export function usageError(what: string, { issues }: z.ZodError, hint: string): LnPlayError {
  const lines = issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  return new LnPlayError('USAGE', `${what} is called with what it does not take: ${lines[0]!}`, {
    details: lines.slice(1),
    hint,
  });
}

const snake = (name: string): string => name.replaceAll('-', '_');
