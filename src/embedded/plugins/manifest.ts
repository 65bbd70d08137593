import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import { KINDS, type Kind } from '../options/kinds.js';
import type { OptionSpec } from '../options/spec.js';
import { HOOKS } from './hooks.js';
import { NATIVE_TOPICS } from './topics.js';

/** What a plugin answers to `getmanifest`, checked by CLN's rules (lightningd/plugin.c). */
export interface Manifest {
  readonly dynamic: boolean;
  readonly canCheck: boolean;
  readonly options: readonly OptionSpec[];
  readonly methods: readonly ManifestMethod[];
  readonly subscriptions: readonly string[];
  readonly hooks: readonly ManifestHook[];
  /** Topics of its own notifications. */
  readonly topics: readonly string[];
  readonly customMessages: readonly number[];
}

export interface ManifestMethod {
  readonly name: string;
  readonly usage: string;
  readonly deprecated: boolean;
}

export interface ManifestHook {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly filters: readonly unknown[] | undefined;
}

/** A manifest that lightningd refuses: `message` says why, in its words. */
export class ManifestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ManifestError';
  }
}

/**
 * @param plugin the plugin's path, for the options that it brings
 * @returns the manifest, or why the plugin has turned itself off
 * @throws {ManifestError}
 */
export function readManifest(reply: JsonObject, plugin: string): Manifest | { readonly disabled: string } {
  const { result } = reply;
  if (!isObject(result)) throw new ManifestError(`Invalid/missing result tok in '${JSON.stringify(reply)}'`);
  if ('disable' in result) return { disabled: textOf(result['disable']) };
  if ('nonnumericids' in result) {
    const value = result['nonnumericids'];
    if (typeof value !== 'boolean') throw new ManifestError(`Invalid nonnumericids: ${JSON.stringify(value)}`);
    if (!value) throw new ManifestError('Plugin does not allow nonnumericids');
  }
  const canCheck = result['cancheck'] ?? false;
  if (typeof canCheck !== 'boolean') throw new ManifestError(`Invalid cancheck: ${JSON.stringify(canCheck)}`);
  return {
    dynamic: readFlag(result, 'getmanifest', 'dynamic'),
    canCheck,
    customMessages: readCustomMessages(result['custommessages']),
    topics: readTopics(result['notifications']),
    options: readRequired(result, 'options', '"result.options" was not found in the manifest').map((option) =>
      readOption(option, plugin),
    ),
    methods: readRequired(result, 'rpcmethods', '"result.rpcmethods" missing').map(readMethod),
    subscriptions: readSubscriptions(result['subscriptions']),
    hooks: readHooks(result['hooks']),
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function readFlag(object: JsonObject, of: string, name: string): boolean {
  const value = object[name] ?? false;
  if (typeof value !== 'boolean') throw new ManifestError(`${of}: invalid "${name}" field ${textOf(value)}`);
  return value;
}

function readRequired(result: JsonObject, name: string, missing: string): readonly unknown[] {
  const value = result[name];
  if (value === undefined) throw new ManifestError(missing);
  if (!Array.isArray(value)) throw new ManifestError(`"result.${name}" is not an array`);
  return value;
}

function readCustomMessages(value: unknown): readonly number[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ManifestError(`custommessages must be array, not '${JSON.stringify(value)}'`);
  return value.map((type: unknown, i) => {
    if (typeof type !== 'number' || !Number.isInteger(type) || type < 0 || type > 0xffff)
      throw new ManifestError(`custommessages ${i} not a u16: '${JSON.stringify(type)}'`);
    return type;
  });
}

function readTopics(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ManifestError('"result.notifications" is not an array');
  return value.map((item: unknown, i) => {
    if (!isObject(item)) throw new ManifestError(`"result.notifications[${i}]" is not an object`);
    const topic = item['method'];
    if (typeof topic !== 'string')
      throw new ManifestError(`"result.notifications[${i}].name" missing or not a string.`);
    if (NATIVE_TOPICS.has(topic))
      throw new ManifestError(
        `plugin attempted to register a native notification topic "${topic}", these may however only be sent by lightningd`,
      );
    return topic;
  });
}

function readSubscriptions(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new ManifestError('"result.subscriptions" is not an array');
  return value.map((topic: unknown, i) => {
    if (typeof topic !== 'string')
      throw new ManifestError(`result.subscriptions[${i}] is not a string: '${JSON.stringify(topic)}'`);
    return topic;
  });
}

function readMethod(value: unknown): ManifestMethod {
  const item = isObject(value) ? value : {};
  const { name, usage } = item;
  if (typeof name !== 'string')
    throw new ManifestError(`rpcmethod does not have a string "name": ${JSON.stringify(value)}`);
  if (usage === undefined) throw new ManifestError('"usage" not provided by plugin');
  if (typeof usage !== 'string') throw new ManifestError(`"usage" is not a string: ${JSON.stringify(value)}`);
  return { name, usage, deprecated: readDeprecated(item['deprecated']) };
}

function readDeprecated(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  if (!Array.isArray(value) || value.length < 1 || value.length > 2)
    throw new ManifestError(`"deprecated" must be an array of 1 or 2 elements, not ${JSON.stringify(value)}`);
  for (const [i, version] of value.entries())
    if (typeof version !== 'string' || !/^v\d+\.\d+/.test(version))
      throw new ManifestError(`invalid "deprecated" ${i === 0 ? 'start' : 'end'} version ${textOf(version)}`);
  return true;
}

function readHooks(value: unknown): readonly ManifestHook[] {
  const hooks = (Array.isArray(value) ? value : []).map((item: unknown): ManifestHook => {
    if (isObject(item) && item['name'] === undefined)
      throw new ManifestError(`no name in hook obj ${JSON.stringify(item)}`);
    const object = isObject(item) ? item : { name: item };
    const name = textOf(object['name']);
    return { name, before: names(object['before']), after: names(object['after']), filters: readFilters(name, object) };
  });
  const twice = hooks.find(({ name }, i) => hooks.findIndex((other) => other.name === name) !== i);
  if (twice) throw new ManifestError(`Registered for hook ${twice.name} multiple times`);
  return hooks;
}

const names = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(textOf) : []);

function readFilters(name: string, { filters }: JsonObject): readonly unknown[] | undefined {
  const hook = HOOKS.get(name);
  if (!hook) throw new ManifestError(`Unknown hook name ${name}`);
  if (filters === undefined) return undefined;
  if (!hook.filter) throw new ManifestError(`Hook ${name} does not allow filters`);
  if (!Array.isArray(filters)) throw new ManifestError('filters token must be an array');
  const { type } = hook.filter;
  const bad: unknown = filters.find((filter) => typeof filter !== type);
  if (bad !== undefined) {
    const wanted = type === 'string' ? 'strings' : 'unsigned integers';
    throw new ManifestError(`filters must be array of ${wanted}, not '${JSON.stringify(bad)}'`);
  }
  return filters;
}

const KIND_OF: Readonly<Record<string, Kind>> = {
  flag: 'flag',
  string: 'string',
  'string-conceal': 'string',
  int: 's64',
  bool: 'bool',
};

function readOption(value: unknown, plugin: string): OptionSpec {
  const option = isObject(value) ? value : {};
  const { name, type, description } = option;
  if (name === undefined || type === undefined || description === undefined)
    throw new ManifestError('An option is missing either "name", "description" or "type"');
  const optionName = textOf(name);
  if (!/^[0-9a-z_-]*$/.test(optionName))
    throw new ManifestError('Option "name" must be lowercase alphanumeric, plus _ or -\'');
  const deprecated = readDeprecated(option['deprecated']);
  const multi = readFlag(option, `--${optionName}`, 'multi');
  const kind = KIND_OF[textOf(type)];
  if (!kind) throw new ManifestError('Only "string", "int", "bool", and "flag" options are supported');
  if (multi && (kind === 'flag' || kind === 'bool')) throw new ManifestError(`${kind} type cannot be multi`);
  const fallback = readDefault(option['default'], kind, optionName);
  return {
    name: optionName,
    kind,
    help: textOf(description),
    multi,
    dynamic: readFlag(option, `--${optionName}`, 'dynamic'),
    conceal: type === 'string-conceal',
    deprecated,
    hidden: deprecated,
    plugin,
    use: { use: 'honoured' },
    ...(fallback === undefined ? {} : { default: fallback }),
  };
}

function readDefault(value: unknown, kind: Kind, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (kind === 'flag') {
    if (value !== false)
      throw new ManifestError(`--${name} type flag default must be 'false' not ${JSON.stringify(value)}`);
    return undefined;
  }
  if (value === null) return undefined;
  const text = textOf(value);
  const problem = KINDS[kind].problem(text);
  if (problem !== undefined) throw new ManifestError(`Invalid default '${text}': ${problem}`);
  return text;
}
