import { basename } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import { layoutOf, playgroundDir } from '../../network/layout.js';
import { readManifest } from '../../network/manifest.js';
import { namesOf } from '../../network/snapshots/store.js';
import { LightningSocket } from '../../rpc/lightning-socket.js';

/** A person waits for each of these with a finger on the key, in ms. */
const PATIENCE_MS = 1_000;

/** What a playground has to offer to a word that is being typed. */
export interface CompletionContext {
  readonly nodeNames: () => Promise<readonly string[]>;
  readonly snapshots: () => Promise<readonly string[]>;
  /** The methods of the node that was named before. */
  readonly methods: () => Promise<readonly string[]>;
  /** The plugins of that node that can be stopped, by name. */
  readonly plugins: () => Promise<readonly string[]>;
  /** The releases of Core Lightning that were installed. */
  readonly installed: () => Promise<readonly string[]>;
  /** The short channel ids of that node's channels. */
  readonly channels: () => Promise<readonly string[]>;
}

/**
 * @param dir as given with `--dir`
 * @param node the node that was named before
 */
export function completionContext(dir: string | undefined, node: string | undefined): CompletionContext {
  const layout = layoutOf(playgroundDir(dir));
  const ask = async (method: string, params: object): Promise<object> => {
    const rpc = new LightningSocket(rpcSocketOf(layout.nodeDir(node ?? '')), node);
    try {
      return (await rpc.call(method, { ...params }, { timeoutMs: PATIENCE_MS })) as object;
    } finally {
      rpc.close();
    }
  };
  return {
    nodeNames: async () => (await readManifest(layout))?.nodes.map(({ name }) => name) ?? [],
    installed: async () => {
      const { installedLightningds } = await import('../../daemons/executables/cln/installed.js');
      return (await installedLightningds(cacheFolder())).map(({ version }) => version);
    },
    snapshots: async () => await namesOf(layout),
    methods: async () => {
      const { help } = (await ask('help', {})) as { help: readonly { readonly command: string }[] };
      return help.map(({ command }) => command.split(' ')[0]!);
    },
    channels: async () => {
      const { channels } = (await ask('listpeerchannels', {})) as {
        channels: readonly { readonly short_channel_id?: string }[];
      };
      return channels.flatMap(({ short_channel_id: id }) => id ?? []);
    },
    plugins: async () => {
      const { plugins } = (await ask('plugin', { subcommand: 'list' })) as {
        plugins: readonly { readonly name: string; readonly dynamic: boolean }[];
      };
      return plugins.filter(({ dynamic }) => dynamic).map(({ name }) => basename(name));
    },
  };
}
