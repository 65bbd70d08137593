import type { JsonObject } from '../../rpc/json-rpc.js';
import type { RunningNode } from '../context.js';
import { readBool, readInteger } from '../options/kinds.js';
import type { Options } from '../options/options.js';
import type { OptionSpec } from '../options/spec.js';
import type { Manifest } from './manifest.js';

const NO_FEATURES = { init: '', node: '', channel: '', invoice: '' };

/** The parameters of `init`: the plugin's options in force and where it is (lightningd-plugins: The init method). */
export function initParams(
  manifest: Manifest,
  options: Options,
  startup: boolean,
  features: RunningNode['features'],
): JsonObject {
  const given = manifest.options.flatMap((spec): [string, unknown][] => {
    const value = valueOf(spec, options);
    return value === undefined ? [] : [[spec.name, value]];
  });
  return {
    options: Object.fromEntries(given),
    configuration: {
      'lightning-dir': options.networkDir,
      'rpc-file': options.string('rpc-file') ?? 'lightning-rpc',
      startup,
      network: 'regtest',
      feature_set: features ?? NO_FEATURES,
    },
  };
}

/** What the plugin gets for one of its options; undefined if it is not set and has no default. */
function valueOf(spec: OptionSpec, options: Options): unknown {
  const settings = options.settingsOf(spec.name);
  if (settings.length === 0 && spec.default === undefined) return undefined;
  if (spec.kind === 'flag') return true;
  const texts = settings.length === 0 ? [spec.default ?? ''] : settings.map(({ value = '' }) => value);
  const values = texts.map((text) => toJsonValue(spec, text));
  return spec.multi ? values : values.at(-1);
}

function toJsonValue({ kind }: OptionSpec, text: string): unknown {
  if (kind === 'bool') return readBool(text) ?? false;
  return kind === 's64' ? readInteger(text) : text;
}
