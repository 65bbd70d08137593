import { layoutOf, playgroundDir } from '../../network/layout.js';
import { noPlayground, noSuchNode, readManifest } from '../../network/manifest.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import { LightningSocket } from '../../rpc/lightning-socket.js';
import { paramsOf } from '../../rpc/params.js';
import { indentJson, memberTexts } from '../../rpc/raw-json.js';
import type { CommandContext, Ended } from '../context.js';

/** Calls one method and prints its result as lightning-cli does: nothing else is loaded, so it is as quick. */
export async function run({ args, rest, options, out, signal, playground }: CommandContext): Promise<Ended> {
  const [name, method] = args as [string, string];
  const layout = layoutOf(playgroundDir(options.dir));
  const manifest = await readManifest(layout);
  if (!manifest) throw noPlayground(layout);
  const names = manifest.nodes.map((node) => node.name);
  if (!names.includes(name)) throw noSuchNode(layout, name, names);
  const rpc = new LightningSocket(rpcSocketOf(layout.nodeDir(name)), name);
  const call = { signal, timeoutMs: playground.timeoutMs };
  const raw = await rpc.callRaw(method, paramsOf(rest), call).finally(() => rpc.close());
  const members = memberTexts(raw);
  out.write(`${indentJson(members.get('error') ?? members.get('result') ?? 'null')}\n`);
  return { exitCode: members.has('error') ? 1 : 0 };
}
