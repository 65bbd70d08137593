import { basename } from 'node:path';
import { Playground } from '../../network/playground.js';
import { tracePlugin } from '../../plugins/trace/trace.js';
import { listOption, type CommandContext } from '../context.js';
import { leftRunningText } from '../held.js';
import { messagePrinter } from '../messages.js';
import { pluginOptions } from '../plugin-options.js';

export async function run(context: CommandContext): Promise<undefined> {
  const { args, options, out, signal } = context;
  const [name, file] = args as [string, string];
  const playground = await Playground.open(options.dir, context.playground);
  const { lightningd } = playground.node(name);
  await lightningd.daemon.guard(() =>
    tracePlugin(lightningd, file, {
      options: pluginOptions(listOption(context, 'option')),
      signal,
      onMessage: messagePrinter(context),
      onStarted: () => out.note(out.errorStyle.dim(`${name} runs ${file}; Ctrl-C ends the trace`)),
      onLeftRunning: (held) => out.note(`${basename(file)} ${leftRunningText(held, basename(file), name)}`),
    }),
  );
  return undefined;
}
