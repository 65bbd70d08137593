import { isObject } from '../../rpc/json-rpc.js';
import type { Call } from '../context.js';
import { PassedOnError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import type { Command } from '../rpc/registry.js';
import type { ManifestMethod } from '../../cln/manifest.js';
import { PluginGoneError, type Plugin } from './plugin.js';
import type { PluginMessage } from './process.js';

/** A method of a plugin as a command of the RPC socket: parameters, result and error pass unchanged. */
export function pluginCommand(plugin: Plugin, method: ManifestMethod, deprecatedOk: boolean): Command {
  const pass = async (name: string, params: string, call: Call): Promise<PluginMessage> =>
    await ask(plugin, name, params, { origin: call.id, notified: call.notify });
  return {
    ...method,
    developerOnly: false,
    plugin: plugin.path,
    run: async ({ text }, call) => {
      const { deprecatedOk: wanted } = call.session;
      if (wanted !== deprecatedOk) tellDeprecation(plugin, wanted);
      return resultOf(await pass(method.name, text, call), method.name);
    },
    check: async (_, call) => {
      if (plugin.manifest?.canCheck) {
        resultOf(await pass('check', JSON.stringify(call.params), call), method.name);
        return;
      }
      plugin.log.unusual(`Plugin does not support check command for ${method.name} (id ${JSON.stringify(call.id)})`);
    },
  };
}

/**
 * Hands a new value of one of its options to a plugin.
 *
 * @throws {RpcError} the plugin's, where it does not like the value
 */
export async function setPluginOption(plugin: Plugin, config: string, val: string | undefined): Promise<void> {
  const { value } = await ask(plugin, 'setconfig', { config, ...(val === undefined ? {} : { val }) }, {});
  const { error } = value;
  if (error === undefined) return;
  if (isObject(error) && typeof error['code'] === 'number') throw new RpcError(error['code'], String(error['message']));
  plugin.log.broken(`Invalid setconfig ${config} response from plugin: ${JSON.stringify(value)}`);
  throw new RpcError(CODE.LIGHTNINGD, `Malformed setvalue ${config} plugin return`);
}

/** As the plugin's own `request`, for whom its end is an error of the command. */
async function ask(plugin: Plugin, ...request: Parameters<Plugin['request']>): Promise<PluginMessage> {
  try {
    return await plugin.request(...request);
  } catch (error) {
    if (!(error instanceof PluginGoneError)) throw error;
    throw new RpcError(CODE.PLUGIN_TERMINATED, 'Plugin terminated before replying to RPC call.');
  }
}

function resultOf({ value, texts }: PluginMessage, method: string): string {
  const error = texts.get('error');
  if (error !== undefined && isObject(value['error'])) throw new PassedOnError(error);
  const result = texts.get('result');
  if (result === undefined)
    throw new RpcError(CODE.PLUGIN_ERROR, `The plugin answered ${method} with neither a result nor an error`);
  return result;
}

function tellDeprecation(plugin: Plugin, deprecatedOk: boolean): void {
  const params = { deprecated_oneshot: { deprecated_ok: deprecatedOk } };
  plugin.notify('deprecated_oneshot', JSON.stringify({ jsonrpc: '2.0', method: 'deprecated_oneshot', params }));
}
