import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Log, Method } from '../context.js';
import { pidFileOf } from '../options/help.js';
import { readMsat } from '../../cln/amounts.js';
import { KINDS, readBool, readInteger } from '../options/kinds.js';
import type { Options } from '../options/options.js';
import { saveSetting } from '../options/save.js';
import { describeSource, type Setting } from '../options/setting.js';
import type { OptionSpec } from '../options/spec.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { bool, string_, type ParamType } from '../rpc/params.js';
import { textOf } from '../../cln/json.js';

/** Hands a value that `setconfig` changes to the plugin whose option it is; rejects with the plugin's error. */
export type TellPlugin = (spec: OptionSpec, value: string | undefined) => Promise<void>;

/** `listconfigs` and `setconfig`. */
export function configMethods(options: Options, log: Log, tellPlugin: TellPlugin): readonly Method[] {
  const option: ParamType<OptionSpec> = (value, name) => {
    const spec = options.spec(textOf(value));
    if (!spec) throw new ParamError(name, 'Unknown config option', value);
    return spec;
  };
  const dynamicOption: ParamType<OptionSpec> = (value, name) => {
    const spec = option(value, name);
    if (!spec.dynamic) throw new ParamError(name, 'Not a dynamic config option', value);
    return spec;
  };
  return [
    method({
      name: 'listconfigs',
      category: 'utility',
      params: [{ name: 'config', type: option }],
      handle: ({ config }) => {
        const shown = config ? [config] : options.specs();
        const entries = shown.flatMap((spec): [string, JsonObject][] => {
          const entry = describeOption(options, spec, config !== undefined);
          return entry ? [[spec.name, entry]] : [];
        });
        return { configs: Object.fromEntries(entries) };
      },
    }),
    method({
      name: 'setconfig',
      category: 'utility',
      params: [
        { name: 'config', type: dynamicOption, required: true },
        { name: 'val', type: string_ },
        { name: 'transient', type: bool, default: false },
      ],
      handle: async ({ config, val, transient }) => {
        const problem = val === undefined ? missingValue(config) : KINDS[config.kind].problem(val);
        if (problem !== undefined)
          throw new RpcError(CODE.INVALID_PARAMS, `Invalid value for ${config.name}: ${problem}`);
        if (config.plugin !== undefined) await tellPlugin(config, val);
        const place = transient ? {} : saveSetting(options, config.name, val);
        options.set({ name: config.name, value: val, source: 'setconfig', ...place });
        log.info(`setconfig: ${config.name} ${val ?? 'SET'} (updated ${place.file ?? 'NULL'}:${place.line ?? 0})`);
        return { config: { config: config.name, ...describeOption(options, config, true) } };
      },
    }),
  ];
}

const missingValue = ({ kind }: OptionSpec): string | undefined =>
  KINDS[kind].takesValue ? 'requires an argument' : undefined;

/** One option as `listconfigs` shows it; undefined for what it leaves out: unset ones that have no default. */
function describeOption(options: Options, spec: OptionSpec, evenUnset: boolean): JsonObject | undefined {
  const settings = options.settingsOf(spec.name);
  const setting = settings.at(-1);
  if (spec.exits || (!setting && !evenUnset && (spec.hidden || spec.developer))) return undefined;
  const more = {
    ...(spec.plugin === undefined ? {} : { plugin: spec.plugin }),
    ...(spec.dynamic ? { dynamic: true } : {}),
  };
  const { takesValue, field } = KINDS[spec.kind];
  if (!takesValue) return { set: setting !== undefined, source: describeSource(setting), ...more };
  if (spec.multi && spec.name !== 'log-level')
    return {
      [`values_${field}`]: settings.map((each) => render(spec, each)),
      sources: settings.map((each) => describeSource(each)),
      ...more,
    };
  const value = setting ? render(spec, setting) : fallback(options, spec);
  return value === undefined ? undefined : { [`value_${field}`]: value, source: describeSource(setting), ...more };
}

function render(spec: OptionSpec, { value = '' }: Setting): unknown {
  const { field } = KINDS[spec.kind];
  if (field === 'bool') return readBool(value) ?? false;
  if (field === 'str') return spec.conceal ? '...' : value;
  return field === 'msat' ? readMsat(value, 'msat') : readInteger(value);
}

function fallback(options: Options, spec: OptionSpec): unknown {
  if (spec.name === 'lightning-dir') return options.lightningDir;
  if (spec.name === 'pid-file') return pidFileOf(options);
  return spec.default === undefined
    ? undefined
    : render(spec, { name: spec.name, value: spec.default, source: 'base' });
}
