import { manifestProblems } from '../../cln/manifest-rules.js';
import { readManifest as read, type Manifest as ClnManifest, type ManifestOption } from '../../cln/manifest.js';
import { isObject, type JsonObject } from '../../rpc/json-rpc.js';
import type { Kind } from '../options/kinds.js';
import type { OptionSpec } from '../options/spec.js';

/** What a plugin answers to `getmanifest`, with its options as ours are. */
export type Manifest = Omit<ClnManifest, 'options' | 'disable'> & { readonly options: readonly OptionSpec[] };

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
  for (const { said } of manifestProblems(result)) if (said !== undefined) throw new ManifestError(said);
  const { disable, options, ...manifest } = read(result);
  if (disable !== undefined) return { disabled: disable };
  return { ...manifest, options: options.map((option) => specOf(option, plugin)) };
}

const KIND_OF: Readonly<Record<string, Kind>> = {
  flag: 'flag',
  string: 'string',
  'string-conceal': 'string',
  int: 's64',
  bool: 'bool',
};

function specOf({ name, type, description, deprecated, ...option }: ManifestOption, plugin: string): OptionSpec {
  const fallback = option.default;
  const hasDefault = type !== 'flag' && fallback !== undefined && fallback !== null;
  return {
    name,
    kind: KIND_OF[type]!,
    help: description,
    multi: option.multi,
    dynamic: option.dynamic,
    conceal: type === 'string-conceal',
    deprecated,
    hidden: deprecated,
    plugin,
    use: { use: 'honoured' },
    ...(hasDefault && { default: typeof fallback === 'string' ? fallback : JSON.stringify(fallback) }),
  };
}
