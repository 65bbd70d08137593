import { isObject } from '../rpc/json-rpc.js';
import { HOOKS } from './hooks.js';
import { textOf } from './json.js';
import { BUILTIN_METHODS } from './methods.js';
import { BUILTIN_OPTIONS } from './options.js';
import { NATIVE_TOPICS, SUITE_TOPICS } from './topics.js';

/** One thing that is wrong with a manifest. With a `fatal` one lightningd kills the plugin. */
export interface ManifestProblem {
  /** Where: `options[0].type`. */
  readonly path: string;
  readonly problem: string;
  readonly fatal: boolean;
  /** What lightningd says of it; nothing for what it finds only beside others, such as a name that is taken. */
  readonly said?: string;
}

type Problems = Iterable<ManifestProblem>;
type Check = (value: unknown, path: string) => Problems;

const fatal = (path: string, problem: string, said?: string): ManifestProblem => ({
  path,
  problem,
  fatal: true,
  ...(said !== undefined && { said }),
});
const mild = (path: string, problem: string): ManifestProblem => ({ path, problem, fatal: false });
const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

const OPTION_TYPES = ['string', 'string-conceal', 'int', 'bool', 'flag'];
const HEX = /^([0-9a-f]{2})*$/i;
const MISSING_PART = 'An option is missing either "name", "description" or "type"';
const S64 = 2n ** 63n;

/** A boolean; `of` is what lightningd names it by. */
const isBoolean = (value: unknown, path: string, of: string, field: string): ManifestProblem[] =>
  value === undefined || typeof value === 'boolean'
    ? []
    : [fatal(path, `must be true or false, not ${show(value)}`, `${of}: invalid "${field}" field ${textOf(value)}`)];

const isDeprecated: Check = function* (value, path) {
  if (value === undefined || typeof value === 'boolean') return;
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) {
    const said = `"deprecated" must be an array of 1 or 2 elements, not ${show(value)}`;
    yield fatal(path, `must be true, false, or an array of 1 or 2 versions, not ${show(value)}`, said);
    return;
  }
  for (const [i, version] of value.entries())
    if (typeof version !== 'string' || !/^v\d+\.\d+/.test(version))
      yield fatal(
        path,
        `${show(version)} is not a version such as "v26.06"`,
        `invalid "deprecated" ${i === 0 ? 'start' : 'end'} version ${textOf(version)}`,
      );
};

/** Each of an array's elements by one rule, and no name twice. */
function arrayOf(
  check: Check,
  said: (text: string) => string | undefined,
  twice?: (name: string) => string | undefined,
): Check {
  return function* (value, path) {
    if (!Array.isArray(value)) {
      yield fatal(path, `must be an array, not ${show(value)}`, said(show(value)));
      return;
    }
    const names = new Set<unknown>();
    for (const [index, element] of value.entries()) {
      yield* check(element, `${path}[${index}]`);
      const name: unknown = isObject(element) ? element['name'] : typeof element === 'string' ? element : undefined;
      if (twice && name !== undefined && names.has(name))
        yield fatal(`${path}[${index}]`, `names ${show(name)} a second time`, twice(textOf(name)));
      names.add(name);
    }
  };
}

const isOption: Check = function* (value, path) {
  if (!isObject(value)) {
    yield fatal(path, `must be an object, not ${show(value)}`, MISSING_PART);
    return;
  }
  const { name, type, description, multi, deprecated } = value;
  for (const field of ['name', 'type', 'description'])
    if (value[field] === undefined) yield fatal(`${path}.${field}`, 'is missing', MISSING_PART);
  if (name !== undefined && !/^[0-9a-z_-]*$/.test(textOf(name)))
    yield fatal(
      `${path}.name`,
      `may have only lowercase letters, digits, _ and -, not ${show(name)}`,
      'Option "name" must be lowercase alphanumeric, plus _ or -\'',
    );
  if (name === '') yield fatal(`${path}.name`, 'is empty');
  if (BUILTIN_OPTIONS.has(textOf(name))) yield fatal(`${path}.name`, `${show(name)} is an option of lightningd itself`);
  yield* isDeprecated(deprecated, `${path}.deprecated`);
  yield* isBoolean(multi, `${path}.multi`, `--${textOf(name)}`, 'multi');
  if (type !== undefined && !OPTION_TYPES.includes(textOf(type)))
    yield fatal(
      `${path}.type`,
      `must be one of ${OPTION_TYPES.join(', ')}, not ${show(type)}`,
      'Only "string", "int", "bool", and "flag" options are supported',
    );
  if (description !== undefined && typeof description !== 'string')
    yield mild(`${path}.description`, `should be a string, not ${show(description)}`);
  if (multi === true && (type === 'flag' || type === 'bool'))
    yield fatal(`${path}.multi`, `cannot be: the type is ${type}`, `${type} type cannot be multi`);
  yield* isDefault(value['default'], `${path}.default`, textOf(type), textOf(name));
  yield* isBoolean(value['dynamic'], `${path}.dynamic`, `--${textOf(name)}`, 'dynamic');
};

function* isDefault(value: unknown, path: string, type: string, name: string): Problems {
  if (value === undefined) return;
  if (type === 'flag') {
    const said = `--${name} type flag default must be 'false' not ${show(value)}`;
    if (value !== false) yield fatal(path, `of a flag can only be false, not ${show(value)}`, said);
    return;
  }
  if (value === null) return;
  const text = textOf(value);
  const said = (why: string): string => `Invalid default '${text}': ${why}`;
  if (type === 'int') {
    if (!/^[-+]?\d+$/.test(text))
      yield fatal(path, `must be a whole number, not ${show(value)}`, said(`'${text}' is not a number`));
    else if (BigInt(text) < -S64 || BigInt(text) >= S64)
      yield fatal(path, `must fit into 64 bits, not ${show(value)}`, said(`'${text}' is out of range`));
  }
  if (type === 'bool' && !/^(true|false|yes|no)$/i.test(text))
    yield fatal(path, `must be true or false, not ${show(value)}`, said(`Invalid argument '${text}'`));
}

const isMethod: Check = function* (value, path) {
  const nameless = `rpcmethod does not have a string "name": ${show(value)}`;
  if (!isObject(value)) {
    yield fatal(path, `must be an object, not ${show(value)}`, nameless);
    return;
  }
  const { name, usage, deprecated } = value;
  if (typeof name !== 'string') yield fatal(`${path}.name`, `must be a string, not ${show(name)}`, nameless);
  else if (BUILTIN_METHODS.has(name)) yield fatal(`${path}.name`, `${show(name)} is a method of lightningd already`);
  else if (!/^[\w-]+$/.test(name))
    yield mild(`${path}.name`, `${show(name)} is hard to type: use letters, digits and -`);
  if (typeof usage !== 'string')
    yield fatal(
      `${path}.usage`,
      `must be a string ("" where it takes none), not ${show(usage)}`,
      usage === undefined ? '"usage" not provided by plugin' : `"usage" is not a string: ${show(value)}`,
    );
  yield* isDeprecated(deprecated, `${path}.deprecated`);
};

const isSubscription: Check = function* (value, path) {
  if (typeof value !== 'string')
    yield fatal(path, `must be a string, not ${show(value)}`, `result.${path} is not a string: '${show(value)}'`);
  else if (value !== '*' && !NATIVE_TOPICS.has(value) && !SUITE_TOPICS.has(value))
    yield mild(path, `${show(value)} is no topic of lightningd: it comes only if another plugin announces it`);
};

const isHook: Check = function* (value, path) {
  const name = isObject(value) ? value['name'] : value;
  if (name === undefined) {
    yield fatal(`${path}.name`, 'is missing', `no name in hook obj ${show(value)}`);
    return;
  }
  const hook = HOOKS.get(textOf(name));
  if (!hook) {
    yield fatal(path, `there is no hook ${show(name)}`, `Unknown hook name ${textOf(name)}`);
    return;
  }
  if (!isObject(value)) return;
  const { filters } = value;
  if (filters !== undefined) {
    if (hook.filter === undefined)
      yield fatal(
        `${path}.filters`,
        `cannot be: the hook ${textOf(name)} takes none`,
        `Hook ${textOf(name)} does not allow filters`,
      );
    else {
      const isArray = Array.isArray(filters);
      const bad: unknown = isArray ? filters.find((filter) => typeof filter !== hook.filter) : undefined;
      const wanted = hook.filter === 'string' ? 'strings' : 'unsigned integers';
      if (!isArray || bad !== undefined)
        yield fatal(
          `${path}.filters`,
          `must be an array of ${hook.filter}s, not ${show(filters)}`,
          isArray ? `filters must be array of ${wanted}, not '${show(bad)}'` : 'filters token must be an array',
        );
    }
  }
  for (const field of ['before', 'after'])
    if (value[field] !== undefined && !Array.isArray(value[field]))
      yield mild(`${path}.${field}`, `should be an array of plugin names, not ${show(value[field])}`);
};

const isNotification: Check = function* (value, path) {
  const topic = isObject(value) ? value['method'] : undefined;
  if (!isObject(value))
    yield fatal(path, `must be an object with a "method", not ${show(value)}`, `"result.${path}" is not an object`);
  else if (typeof topic !== 'string')
    yield fatal(
      `${path}.method`,
      `must be a string, not ${show(topic)}`,
      `"result.${path}.name" missing or not a string.`,
    );
  else if (NATIVE_TOPICS.has(topic))
    yield fatal(
      `${path}.method`,
      `${show(topic)} may be sent only by lightningd`,
      `plugin attempted to register a native notification topic "${topic}", these may however only be sent by lightningd`,
    );
};

const isFeaturebits: Check = function* (value, path) {
  if (!isObject(value)) return;
  for (const [place, bits] of Object.entries(value))
    if (!HEX.test(textOf(bits))) yield fatal(`${path}.${place}`, `must be hexadecimal, not ${show(bits)}`);
};

const isMessageType: Check = function* (value, path) {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff) return;
  const index = path.slice(path.indexOf('[') + 1, -1);
  yield fatal(
    path,
    `must be a number from 0 to 65535, not ${show(value)}`,
    `custommessages ${index} not a u16: '${show(value)}'`,
  );
};

const isNonnumericids: Check = function* (value, path) {
  if (value === true) return;
  const said = value === false ? 'Plugin does not allow nonnumericids' : `Invalid nonnumericids: ${show(value)}`;
  yield fatal(path, `must be true, not ${show(value)}: lightningd's ids are strings`, said);
};

const isCancheck: Check = function* (value, path) {
  if (typeof value !== 'boolean')
    yield fatal(path, `must be true or false, not ${show(value)}`, `Invalid cancheck: ${show(value)}`);
};

const notAnArray = (field: string) => (): string => `"result.${field}" is not an array`;
const nothing = (): undefined => undefined;

/** Every field of a manifest, in the order in which lightningd looks; those without which it takes none are required. */
const FIELDS: { readonly [field: string]: { readonly check: Check; readonly required?: string } } = {
  nonnumericids: { check: isNonnumericids },
  cancheck: { check: isCancheck },
  dynamic: { check: (value, path) => isBoolean(value, path, 'getmanifest', 'dynamic') },
  featurebits: { check: isFeaturebits },
  custommessages: {
    check: arrayOf(isMessageType, (text) => `custommessages must be array, not '${text}'`),
  },
  notifications: { check: arrayOf(isNotification, notAnArray('notifications')) },
  options: {
    check: arrayOf(isOption, notAnArray('options'), nothing),
    required: '"result.options" was not found in the manifest',
  },
  rpcmethods: {
    check: arrayOf(isMethod, notAnArray('rpcmethods'), nothing),
    required: '"result.rpcmethods" missing',
  },
  subscriptions: { check: arrayOf(isSubscription, notAnArray('subscriptions')) },
  hooks: {
    check: arrayOf(isHook, nothing, (name) => `Registered for hook ${name} multiple times`),
  },
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
    else if (required !== undefined) problems.push(fatal(field, 'is missing: give at least an empty array', required));
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
