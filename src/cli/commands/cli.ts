import { layoutOf, playgroundDir } from '../../network/layout.js';
import { noPlayground, noSuchNode, readManifest } from '../../network/manifest.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import { LightningSocket } from '../../rpc/lightning-socket.js';
import { paramsOf } from '../../rpc/params.js';
import { indentJson, memberTexts } from '../../rpc/raw-json.js';
import type { CommandContext } from '../context.js';

/** Calls one method and prints its result as lightning-cli does: nothing else is loaded, so it is as quick. */
export async function run({ args, rest, options, out, signal, playground }: CommandContext): Promise<undefined> {
  const [name, method] = args as [string, string];
  const layout = layoutOf(playgroundDir(options.dir));
  const manifest = await readManifest(layout);
  if (!manifest) throw noPlayground(layout);
  const names = manifest.nodes.map((node) => node.name);
  if (!names.includes(name)) throw noSuchNode(layout, name, names);
  const rpc = new LightningSocket(rpcSocketOf(layout.nodeDir(name)), name);
  const raw = await rpc.callRaw(method, paramsOf(rest), { signal, timeoutMs: playground.timeoutMs });
  const members = memberTexts(raw);
  out.write(`${indentJson(members.get('error') ?? members.get('result') ?? 'null')}\n`);
  if (members.has('error')) await out.flush().then(() => process.exit(1));
  return undefined;
}
