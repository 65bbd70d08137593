import { LnPlayError } from '../../core/errors.js';
import { layoutOf, playgroundDir } from '../../network/layout.js';
import { readManifest } from '../../network/manifest.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';
import { LightningSocket } from '../../rpc/lightning-socket.js';
import { paramsOf } from '../../rpc/params.js';
import { indentJson, memberText } from '../../rpc/raw-json.js';
import type { CommandContext } from '../context.js';

/** Calls one method and prints its result as lightning-cli does: nothing else is loaded, so it is as quick. */
export async function run({ args, rest, options, out, signal, playground }: CommandContext): Promise<undefined> {
  const [name, method] = args as [string, string];
  const layout = layoutOf(playgroundDir(options.dir));
  const manifest = await readManifest(layout);
  const node = manifest?.nodes.find((candidate) => candidate.name === name);
  if (!manifest)
    throw new LnPlayError('STATE', `There is no playground in ${layout.dir}`, {
      hint: 'make one with `ln-play up`, or name its folder with --dir or LN_PLAY_DIR',
    });
  if (!node)
    throw new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} in ${layout.dir}`, {
      hint: `its nodes are ${manifest.nodes.map((each) => each.name).join(', ')}`,
    });
  const rpc = new LightningSocket(rpcSocketOf(layout.lightningDir(name)), name);
  const raw = await rpc.callRaw(method, paramsOf(rest), { signal, timeoutMs: playground.timeoutMs });
  const error = memberText(raw, 'error');
  out.write(`${indentJson(error ?? memberText(raw, 'result') ?? 'null')}\n`);
  if (error !== undefined) await out.flush().then(() => process.exit(1));
  return undefined;
}
