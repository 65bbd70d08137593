import { basename } from 'node:path';
import { Playground } from '../../network/playground.js';
import { listPlugins } from '../../plugins/control.js';
import type { CommandContext, Reply } from '../context.js';
import { columns } from '../output.js';

export async function run({ args, options, out, signal, playground: context }: CommandContext): Promise<Reply> {
  const [name] = args as [string];
  const playground = await Playground.open(options.dir, context);
  const { lightningd } = playground.node(name);
  const plugins = await lightningd.daemon.guard(() => listPlugins(lightningd, { signal }));
  const rows = plugins.map((plugin) => [
    plugin.active ? out.style.green('active') : out.style.yellow('starting'),
    plugin.dynamic ? 'dynamic' : out.style.dim('fixed'),
    basename(plugin.name),
    out.style.dim(plugin.name),
  ]);
  return { json: { plugins }, text: columns(rows) };
}
