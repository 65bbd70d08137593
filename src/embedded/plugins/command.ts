import { isObject } from '../../rpc/json-rpc.js';
import type { Call } from '../context.js';
import { CODE, PassedOnError, RpcError } from '../rpc/errors.js';
import type { Command } from '../rpc/registry.js';
import type { ManifestMethod } from './manifest.js';
import { PluginGoneError, type Plugin } from './plugin.js';
import type { PluginMessage } from './process.js';

/** A method of a plugin as a command of the RPC socket: parameters, result and error pass unchanged. */
export function pluginCommand(plugin: Plugin, method: ManifestMethod, deprecatedOk: boolean): Command {
  const pass = async (name: string, params: string, call: Call): Promise<PluginMessage> => {
    try {
      return await plugin.request(name, params, { origin: call.id, notified: call.notify });
    } catch (error) {
      if (!(error instanceof PluginGoneError)) throw error;
      throw new RpcError(CODE.PLUGIN_TERMINATED, 'Plugin terminated before replying to RPC call.');
    }
  };
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
