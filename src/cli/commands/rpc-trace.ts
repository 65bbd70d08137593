import { Playground } from '../../network/playground.js';
import { traceRpc } from '../../plugins/rpc-trace/rpc-trace.js';
import type { CommandContext } from '../context.js';
import { messagePrinter } from '../messages.js';

export async function run(context: CommandContext): Promise<undefined> {
  const { args, options, out, signal } = context;
  const [name] = args as [string];
  const playground = await Playground.open(options.dir, context.playground);
  await traceRpc(playground.node(name).lightningd, {
    signal,
    onMessage: messagePrinter(context),
    onStarted: () => out.note(out.errorStyle.dim(`what is said on the RPC socket of ${name}; Ctrl-C ends the trace`)),
  });
  return undefined;
}
