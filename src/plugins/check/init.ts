import { FEATURE_SET } from '../../cln/features.js';
import type { JsonObject } from '../../rpc/json-rpc.js';
import { textOf } from '../../cln/json.js';
import type { Manifest, ManifestOption } from '../../cln/manifest.js';

/**
 * The parameters of `init`, as lightningd gives them to a plugin that is started on a running regtest node: its options
 * with the values given, else with their defaults.
 *
 * @param lightningDir the network folder, which holds `lightning-rpc`
 */
export function initParams(manifest: Manifest, lightningDir: string, values: JsonObject = {}): JsonObject {
  const options: { [name: string]: unknown } = {};
  for (const option of manifest.options) {
    const value = valueOf(option, values[option.name]);
    if (value !== undefined) options[option.name] = value;
  }
  return {
    options,
    configuration: {
      'lightning-dir': lightningDir,
      'rpc-file': 'lightning-rpc',
      startup: false,
      network: 'regtest',
      feature_set: FEATURE_SET,
    },
  };
}

/** What lightningd refuses of the values given for a plugin's options, as it says it (`plugin_add_params` of lightningd/plugin.c). */
export function optionProblems({ options }: Manifest, values: JsonObject): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const option = options.find((each) => each.name === name);
    if (!option) return [`unknown parameter ${name}`];
    const isRight = IS_VALUE[option.type];
    const wrong = [value]
      .flat()
      .map(textOf)
      .filter((text) => isRight && !isRight(text));
    return wrong.map((text) => `--${name}=${text}: ${JSON.stringify(text)} is not of type ${option.type}`);
  });
}

/** opt_set_longval and opt_set_bool_arg of ccan/opt; what is not here takes any text. */
const IS_VALUE: { readonly [type: string]: ((text: string) => boolean) | undefined } = {
  int: (text) => /^\s*[+-]?(0x[\da-f]+|\d+)$/i.test(text),
  bool: (text) => /^(true|yes|false|no)$/i.test(text),
};

function valueOf({ type, multi, default: fallback }: ManifestOption, given: unknown): unknown {
  const value = given ?? fallback ?? undefined;
  if (type === 'flag') return given === undefined || given === false ? undefined : true;
  if (value === undefined) return undefined;
  if (!multi) return typed(type, value);
  return (Array.isArray(value) ? value : [value]).map((each) => typed(type, each));
}

function typed(type: string, value: unknown): unknown {
  if (type === 'int') return Number(value);
  if (type === 'bool') return /^(true|yes)$/i.test(textOf(value));
  return textOf(value);
}
