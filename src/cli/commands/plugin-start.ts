import { basename, resolve } from 'node:path';
import { Playground } from '../../network/playground.js';
import { startPlugin } from '../../plugins/control.js';
import type { CommandContext, Reply } from '../context.js';
import { pluginOptions } from '../plugin-options.js';

export async function run({ args, rest, options, signal, playground: context }: CommandContext): Promise<Reply> {
  const [name, file] = args as [string, string];
  const playground = await Playground.open(options.dir, context);
  const { lightningd } = playground.node(name);
  const values = pluginOptions(rest);
  const plugins = await playground.steps.run(`start ${basename(file)}`, () =>
    lightningd.daemon.guard(() => startPlugin(lightningd, file, values, { signal })),
  );
  return { json: { plugin: resolve(file), plugins }, text: `${name} runs ${basename(file)}` };
}
