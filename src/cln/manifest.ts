import { isObject, type JsonObject } from '../rpc/json-rpc.js';
import { textOf } from './json.js';

/** A plugin's answer to getmanifest; `manifestProblems` says whether it is valid. */
export interface Manifest {
  readonly options: readonly ManifestOption[];
  readonly methods: readonly ManifestMethod[];
  readonly subscriptions: readonly string[];
  readonly hooks: readonly ManifestHook[];
  /** Topics of its own notifications. */
  readonly topics: readonly string[];
  readonly customMessages: readonly number[];
  readonly canCheck: boolean;
  readonly dynamic: boolean;
  /** Why the plugin does not want to run. */
  readonly disable?: string;
}

export interface ManifestOption {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly default?: unknown;
  readonly multi: boolean;
  readonly dynamic: boolean;
  readonly deprecated: boolean;
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

/** Reads a manifest: what is not as it should be is left out. */
export function readManifest(result: JsonObject): Manifest {
  return {
    options: objects(result['options']).filter(hasName).map(readOption),
    methods: objects(result['rpcmethods']).filter(hasName).map(readMethod),
    subscriptions: list(result['subscriptions']).map(textOf),
    hooks: list(result['hooks']).map(readHook),
    topics: objects(result['notifications']).map(({ method }) => textOf(method)),
    customMessages: list(result['custommessages']).filter((type) => typeof type === 'number'),
    canCheck: result['cancheck'] === true,
    dynamic: result['dynamic'] === true,
    ...('disable' in result && { disable: textOf(result['disable']) }),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objects = (value: unknown): readonly JsonObject[] => list(value).filter(isObject);
const hasName = ({ name }: JsonObject): boolean => typeof name === 'string';
/** Deprecated is also what names the version since when it is. */
const isDeprecated = (value: unknown): boolean => value !== undefined && value !== false;

const readOption = (option: JsonObject): ManifestOption => ({
  name: textOf(option['name']),
  type: textOf(option['type']),
  description: textOf(option['description']),
  ...('default' in option && { default: option['default'] }),
  multi: option['multi'] === true,
  dynamic: option['dynamic'] === true,
  deprecated: isDeprecated(option['deprecated']),
});

const readMethod = ({ name, usage, deprecated }: JsonObject): ManifestMethod => ({
  name: textOf(name),
  usage: textOf(usage ?? ''),
  deprecated: isDeprecated(deprecated),
});

function readHook(value: unknown): ManifestHook {
  const { name, before, after, filters } = isObject(value) ? value : { name: value };
  return {
    name: textOf(name),
    before: list(before).map(textOf),
    after: list(after).map(textOf),
    filters: Array.isArray(filters) ? filters : undefined,
  };
}
