import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Method } from '../context.js';
import type { PluginHost } from '../plugins/host.js';
import { checkExecutable, PluginPathError } from '../plugins/paths.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { any_, string_ } from '../rpc/params.js';
import { textOf } from '../../cln/json.js';
import { readParams } from '../rpc/read-params.js';

type Subcommand = (host: PluginHost, params: unknown, lightningDir: string) => Promise<JsonObject>;

const subcommandParam = { name: 'subcommand', type: any_, required: true } as const;
const withParam = (name: string, allowExtra = false) => ({
  params: [subcommandParam, { name, type: string_, required: true }],
  allowExtra,
});

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  [
    'start',
    async (host, params, lightningDir) => {
      const { plugin, subcommand: _, ...options } = readParams(withParam('plugin', true), params);
      if (Array.isArray(params) && params.length !== 2)
        throw new RpcError(CODE.INVALID_PARAMS, 'Extra parameters must be in object');
      await host.start(findExecutable(textOf(plugin), lightningDir), options);
      return list(host, 'start');
    },
  ],
  [
    'stop',
    async (host, params) => {
      const { plugin } = readParams(withParam('plugin'), params);
      const name = await host.stop(textOf(plugin));
      return { command: 'stop', result: `Successfully stopped ${name}.` };
    },
  ],
  [
    'startdir',
    async (host, params) => {
      const directory = textOf(readParams(withParam('directory'), params)['directory']);
      if (!existsSync(directory)) throw new RpcError(CODE.INVALID_PARAMS, `Could not open ${directory}`);
      await host.startDir(directory);
      return list(host, 'startdir');
    },
  ],
  [
    'rescan',
    async (host, params) => {
      readParams({ params: [subcommandParam] }, params);
      await host.rescan();
      return list(host, 'rescan');
    },
  ],
  [
    'list',
    async (host, params) => {
      readParams({ params: [subcommandParam] }, params);
      return list(host, 'list');
    },
  ],
]);

/** `plugin`: starts, stops and lists plugins (lightning-plugin(7)). */
export function pluginMethods(host: PluginHost, lightningDir: string): readonly Method[] {
  return [
    method({
      name: 'plugin',
      category: 'plugin',
      params: [{ name: 'subcommand', type: string_, required: true }],
      usage: `subcommand=${Array.from(SUBCOMMANDS.keys()).join('|')}`,
      allowExtra: true,
      handle: async ({ subcommand }, { params }) => {
        const run = SUBCOMMANDS.get(subcommand);
        if (!run) throw new RpcError(CODE.INVALID_PARAMS, `Unknown subcommand '${subcommand}'`);
        return await run(host, params, lightningDir);
      },
    }),
  ];
}

const list = (host: PluginHost, command: string): JsonObject => ({
  command,
  plugins: host.list().map(({ path, state, manifest }) => ({
    name: path,
    active: state === 'running',
    dynamic: manifest?.dynamic ?? false,
  })),
});

/** The file as given, relative to the network's folder, or in the default plugin folder. */
function findExecutable(plugin: string, lightningDir: string): string {
  const candidates = [plugin, join(lightningDir, 'plugins', plugin)];
  let problem = '';
  for (const path of candidates) {
    try {
      checkExecutable(path);
      return path;
    } catch (error) {
      if (!(error instanceof PluginPathError)) throw error;
      problem = `${path} is not executable: ${error.message}`;
    }
  }
  throw new RpcError(CODE.INVALID_PARAMS, problem);
}
