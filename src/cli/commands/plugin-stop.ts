import { Playground } from '../../network/playground.js';
import { stopPlugin } from '../../plugins/control.js';
import type { CommandContext, Reply } from '../context.js';

export async function run({ args, options, signal, playground: context }: CommandContext): Promise<Reply> {
  const [name, plugin] = args as [string, string];
  const playground = await Playground.open(options.dir, context);
  const { lightningd } = playground.node(name);
  const result = await lightningd.daemon.guard(() =>
    stopPlugin(lightningd, plugin, { signal, force: options['force'] === true }),
  );
  return { json: { result }, text: result };
}
