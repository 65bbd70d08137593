import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { textOf } from '../text.js';
import { BUILTIN_METHODS, BUILTIN_OPTIONS, BUNDLED_TOPICS, HOOKS, NATIVE_TOPICS } from './cln-names.js';

/** A plugin's answer to getmanifest, as far as ln-play reads it; `manifestProblems` says whether it is all valid. */
export interface Manifest {
  readonly options: readonly ManifestOption[];
  readonly rpcmethods: readonly { readonly name: string; readonly usage: string }[];
  readonly subscriptions: readonly string[];
  /** The names alone. */
  readonly hooks: readonly string[];
  readonly notifications: readonly string[];
  readonly dynamic: boolean;
  /** Why the plugin does not want to run. */
  readonly disable?: string;
}

export interface ManifestOption {
  readonly name: string;
  readonly type: string;
  readonly default?: unknown;
  readonly multi?: boolean;
}

/** One thing that is wrong with a manifest. With a `fatal` one lightningd kills the plugin. */
export interface ManifestProblem {
  /** Where: `options[0].type`. */
  readonly path: string;
  readonly problem: string;
  readonly fatal: boolean;
}

type Check = (value: unknown, path: string) => Iterable<ManifestProblem>;

const fatal = (path: string, problem: string): ManifestProblem => ({ path, problem, fatal: true });
const mild = (path: string, problem: string): ManifestProblem => ({ path, problem, fatal: false });
const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const OPTION_NAME = /^[0-9a-z_-]+$/;
const OPTION_TYPES = ['string', 'string-conceal', 'int', 'bool', 'flag'];
const VERSION = /^v?\d+\.\d+(\.\d+)?/;
const HEX = /^([0-9a-f]{2})*$/i;

const isBoolean: Check = function* (value, path) {
  if (typeof value !== 'boolean') yield fatal(path, `must be true or false, not ${show(value)}`);
};

const isDeprecated: Check = function* (value, path) {
  if (typeof value === 'boolean') return;
  if (!Array.isArray(value) || value.length < 1 || value.length > 2)
    yield fatal(path, `must be true, false, or an array of 1 or 2 versions, not ${show(value)}`);
  else
    for (const version of value)
      if (!VERSION.test(textOf(version))) yield fatal(path, `${show(version)} is not a version such as "v26.06"`);
};

/** Each of an array's elements by one rule, and no name twice. */
function arrayOf(check: Check, nameOf?: (element: unknown) => unknown): Check {
  return function* (value, path) {
    if (!Array.isArray(value)) {
      yield fatal(path, `must be an array, not ${show(value)}`);
      return;
    }
    const names = new Set<unknown>();
    for (const [index, element] of value.entries()) {
      yield* check(element, `${path}[${index}]`);
      const name = nameOf?.(element);
      if (name !== undefined && names.has(name)) yield fatal(`${path}[${index}]`, `names ${show(name)} a second time`);
      names.add(name);
    }
  };
}

const nameField =
  (field: string) =>
  (element: unknown): unknown =>
    isObject(element) ? element[field] : typeof element === 'string' ? element : undefined;

const isOption: Check = function* (value, path) {
  if (!isObject(value)) {
    yield fatal(path, `must be an object, not ${show(value)}`);
    return;
  }
  const { name, type, description, multi, dynamic, deprecated } = value;
  for (const field of ['name', 'type', 'description'])
    if (value[field] === undefined) yield fatal(`${path}.${field}`, 'is missing');
  if (name !== undefined && !OPTION_NAME.test(textOf(name)))
    yield fatal(`${path}.name`, `must be of lowercase letters, digits, _ and - alone, not ${show(name)}`);
  if (BUILTIN_OPTIONS.has(textOf(name))) yield fatal(`${path}.name`, `${show(name)} is an option of lightningd itself`);
  if (type !== undefined && !OPTION_TYPES.includes(textOf(type)))
    yield fatal(`${path}.type`, `must be one of ${OPTION_TYPES.join(', ')}, not ${show(type)}`);
  if (description !== undefined && typeof description !== 'string')
    yield mild(`${path}.description`, `should be a string, not ${show(description)}`);
  if (multi !== undefined) yield* isBoolean(multi, `${path}.multi`);
  if (dynamic !== undefined) yield* isBoolean(dynamic, `${path}.dynamic`);
  if (deprecated !== undefined) yield* isDeprecated(deprecated, `${path}.deprecated`);
  if (multi === true && (type === 'flag' || type === 'bool'))
    yield fatal(`${path}.multi`, `cannot be: the type is ${type}`);
  yield* isDefault(type, value['default'], `${path}.default`);
};

function* isDefault(type: unknown, value: unknown, path: string): Generator<ManifestProblem> {
  if (value === undefined) return;
  if (type === 'flag') {
    if (value !== false) yield fatal(path, `of a flag can only be false, not ${show(value)}`);
  } else if (value === null) return;
  else if (type === 'int' && !/^-?\d+$/.test(textOf(value)))
    yield fatal(path, `must be a whole number, not ${show(value)}`);
  else if (type === 'bool' && !/^(true|false|yes|no)$/i.test(textOf(value)))
    yield fatal(path, `must be true or false, not ${show(value)}`);
}

const isMethod: Check = function* (value, path) {
  if (!isObject(value)) {
    yield fatal(path, `must be an object, not ${show(value)}`);
    return;
  }
  const { name, usage, deprecated } = value;
  if (typeof name !== 'string') yield fatal(`${path}.name`, `must be a string, not ${show(name)}`);
  else if (BUILTIN_METHODS.has(name)) yield fatal(`${path}.name`, `${show(name)} is a method of lightningd already`);
  else if (!/^[\w-]+$/.test(name))
    yield mild(`${path}.name`, `${show(name)} is hard to type: use letters, digits and -`);
  if (typeof usage !== 'string')
    yield fatal(`${path}.usage`, `must be a string ("" where it takes none), not ${show(usage)}`);
  if (deprecated !== undefined) yield* isDeprecated(deprecated, `${path}.deprecated`);
};

const isSubscription: Check = function* (value, path) {
  if (typeof value !== 'string') yield fatal(path, `must be a string, not ${show(value)}`);
  else if (value !== '*' && !NATIVE_TOPICS.has(value) && !BUNDLED_TOPICS.has(value))
    yield mild(path, `${show(value)} is no topic of lightningd: it comes only if another plugin announces it`);
};

const isHook: Check = function* (value, path) {
  const name = isObject(value) ? value['name'] : value;
  if (name === undefined) {
    yield fatal(`${path}.name`, 'is missing');
    return;
  }
  if (!HOOKS.has(textOf(name))) {
    yield fatal(path, `there is no hook ${show(name)}`);
    return;
  }
  if (!isObject(value)) return;
  const filters = value['filters'];
  const filterType = HOOKS.get(textOf(name));
  if (filters !== undefined) {
    if (filterType === undefined) yield fatal(`${path}.filters`, `cannot be: the hook ${textOf(name)} takes none`);
    else if (!Array.isArray(filters) || filters.some((filter) => typeof filter !== filterType))
      yield fatal(`${path}.filters`, `must be an array of ${filterType}s, not ${show(filters)}`);
  }
  for (const field of ['before', 'after'])
    if (value[field] !== undefined && !Array.isArray(value[field]))
      yield mild(`${path}.${field}`, `should be an array of plugin names, not ${show(value[field])}`);
};

const isNotification: Check = function* (value, path) {
  const method = isObject(value) ? value['method'] : undefined;
  if (!isObject(value)) yield fatal(path, `must be an object with a "method", not ${show(value)}`);
  else if (typeof method !== 'string') yield fatal(`${path}.method`, `must be a string, not ${show(method)}`);
  else if (NATIVE_TOPICS.has(method)) yield fatal(`${path}.method`, `${show(method)} may be sent by lightningd alone`);
};

const isFeaturebits: Check = function* (value, path) {
  if (!isObject(value)) return;
  for (const [place, bits] of Object.entries(value))
    if (!HEX.test(textOf(bits))) yield fatal(`${path}.${place}`, `must be hexadecimal, not ${show(bits)}`);
};

const isMessageType: Check = function* (value, path) {
  if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > 0xffff)
    yield fatal(path, `must be a number from 0 to 65535, not ${show(value)}`);
};

const isNonnumericids: Check = function* (value, path) {
  if (value !== true) yield fatal(path, `must be true, not ${show(value)}: lightningd's ids are strings`);
};

/** Every field of a manifest; those without which lightningd takes none are required. */
const FIELDS: { readonly [field: string]: { readonly check: Check; readonly required?: true } } = {
  options: { check: arrayOf(isOption, nameField('name')), required: true },
  rpcmethods: { check: arrayOf(isMethod, nameField('name')), required: true },
  subscriptions: { check: arrayOf(isSubscription) },
  hooks: { check: arrayOf(isHook, nameField('name')) },
  notifications: { check: arrayOf(isNotification) },
  featurebits: { check: isFeaturebits },
  custommessages: { check: arrayOf(isMessageType) },
  nonnumericids: { check: isNonnumericids },
  cancheck: { check: isBoolean },
  dynamic: { check: isBoolean },
  disable: { check: () => [] },
};

/**
 * What is wrong with an answer to getmanifest, by Core Lightning's rules (lightningd's plugin.c, and its guide "A day in
 * the life of a plugin"). Problems that lightningd puts up with are not `fatal`.
 */
export function manifestProblems(result: unknown): ManifestProblem[] {
  if (!isObject(result)) return [fatal('result', `must be an object, not ${show(result)}`)];
  if ('disable' in result) return []; // nothing else is read then
  const problems: ManifestProblem[] = [];
  for (const [field, { check, required }] of Object.entries(FIELDS)) {
    if (result[field] !== undefined) problems.push(...check(result[field], field));
    else if (required) problems.push(fatal(field, 'is missing: give at least an empty array'));
  }
  for (const field of Object.keys(result))
    if (!(field in FIELDS)) problems.push(mild(field, 'is not a field of a manifest, and is ignored'));
  if (result['dynamic'] === true && hasFeaturebits(result['featurebits']))
    problems.push(fatal('featurebits', 'cannot be set by a plugin that is dynamic'));
  if (result['dynamic'] !== true)
    problems.push(mild('dynamic', 'is not true: it cannot be started, stopped or watched while the node runs'));
  return problems;
}

const hasFeaturebits = (value: unknown): boolean =>
  isObject(value) && ['init', 'node', 'channel', 'invoice'].some((place) => textOf(value[place] ?? '') !== '');

/** A manifest as ln-play reads it: what is not as it should be is left out. */
export function readManifest(result: JsonObject): Manifest {
  const objects = (field: string): JsonObject[] => list(result[field]).filter(isObject);
  return {
    options: objects('options').flatMap((option) =>
      typeof option['name'] === 'string' ? [option as unknown as ManifestOption] : [],
    ),
    rpcmethods: objects('rpcmethods').map(({ name, usage }) => ({ name: textOf(name), usage: textOf(usage ?? '') })),
    subscriptions: list(result['subscriptions']).map(textOf),
    hooks: list(result['hooks']).map((hook) => textOf(isObject(hook) ? hook['name'] : hook)),
    notifications: objects('notifications').map(({ method }) => textOf(method)),
    dynamic: result['dynamic'] === true,
    ...('disable' in result && { disable: textOf(result['disable']) }),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
