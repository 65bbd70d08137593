import type { z } from 'zod';
import { closeNames } from '../core/close-names.js';
import type { Origin, Path, Problem } from './problems.js';
import type { IssueParams } from './scalars.js';

type Issue = z.core.$ZodIssue;

/** What people write who come from elsewhere, and what it is here. */
const ELSEWHERE: { readonly [key: string]: string } = {
  wumbo: 'leave it out: channels of any capacity are taken',
  color: 'write colour',
  push_amt: 'write push',
  push_msat: 'write push, with its unit: 1000msat',
  name: 'the name stands before the colon: `alice: {}`',
  base_msat: 'write base',
};

/** What a schema finds wrong with this data, with the place of each thing. */
export function problemsOf(schema: z.ZodType, issues: readonly Issue[], data: unknown, origin: Origin): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    const path = issue.path as Path;
    const value = issue.path.reduce((inner: unknown, step) => (inner as never)?.[step], data);
    const at = { origin, path, on: 'value' } as const;
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, path);
      return issue.keys.map((key) => unknownKey(origin, [...path, key], known));
    }
    if (issue.code === 'custom')
      return [{ ...at, message: issue.message, hint: (issue.params as IssueParams | undefined)?.hint }];
    const label = labelOf(path);
    if (value === undefined) {
      const owner = { ...at, path: path.slice(0, -1) };
      return [{ ...owner, message: `${labelOf(owner.path)} lacks ${path.at(-1)}`, hint: `it takes ${issue.message}` }];
    }
    return [{ ...at, message: `${label} has to be ${issue.message}, not ${shown(value)}`, hint: hintFor(value) }];
  });
}

function unknownKey(origin: Origin, path: Path, known: readonly string[]): Problem {
  const key = String(path.at(-1));
  const owner = path.length > 1 ? labelOf(path.slice(0, -1)) : 'a network file';
  const [close] = closeNames(key, known);
  const hint = close === undefined ? `its keys: ${known.join(', ')}` : `did you mean ${close}?`;
  return {
    origin,
    path,
    on: 'key',
    message: `${owner} has no key ${JSON.stringify(key)}`,
    hint: ELSEWHERE[key] ?? hint,
  };
}

/** `alice`, `channels[1]`, `fee.base`: what a person would call it, without all that is above it. */
function labelOf(path: Path): string {
  if (path.length === 0) return 'a network file';
  const from = path.findLastIndex((step) => typeof step === 'string');
  const [first, ...rest] = path.slice(from);
  const parent = path[from - 1];
  const named = NESTED.has(String(parent)) ? `${parent}.${first}` : String(first);
  return named + rest.map((step) => `[${step}]`).join('');
}

/** What is named with the key that it is under. */
const NESTED = new Set(['fee', 'reverse_fee', 'options']);

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const hintFor = (value: unknown): string | undefined =>
  value === null ? 'give it a value, or leave the key out; what follows # is a comment' : undefined;

/** The keys of a map in the schema. */
function knownKeys(schema: z.ZodType, path: Path): readonly string[] {
  let inner: unknown = schema;
  for (const step of path) {
    const { shape, element, valueType } = inside(inner);
    inner = typeof step === 'number' ? element : (shape?.[step] ?? valueType);
  }
  return Object.keys(inside(inner).shape ?? {});
}

interface Inside {
  readonly shape?: { readonly [key: string]: unknown };
  readonly element?: unknown;
  readonly valueType?: unknown;
}

interface Wrapped extends Inside {
  readonly def?: Inside & { readonly innerType?: Wrapped };
}

/** A schema without what only says that it may be left out. */
function inside(schema: unknown): Inside {
  let inner = schema as Wrapped;
  while (inner.def?.innerType) inner = inner.def.innerType;
  return { ...inner.def, shape: inner.shape, element: inner.element };
}
