import { callPlugin } from '../../plugins/call/call.js';
import { paramsOf } from '../../rpc/params.js';
import { listOption, type CommandContext, type Reply } from '../context.js';
import { messageJson, renderMessage } from '../messages.js';
import { pluginOptions, readAnswers } from '../plugin-options.js';

/** Prints the result as lightning-cli does; what the plugin logs goes to standard error. */
export async function run(context: CommandContext): Promise<Reply> {
  const { out, options, rest, signal, playground } = context;
  const [file, method] = context.args as [string, string];
  const show = options['show'] === true;
  const { result, ms, logs, stderr, messages } = await callPlugin(file, method, paramsOf(rest), {
    options: pluginOptions(listOption(context, 'option')),
    answers: await readAnswers(context),
    signal,
    ...(playground.timeoutMs !== undefined && {
      timeoutMs: playground.timeoutMs,
      callTimeoutMs: playground.timeoutMs,
    }),
    onMessage: (message) => show && out.note(renderMessage(message, out)),
    onStderr: (line) => out.note(line),
  });
  if (!show) for (const { level, line } of logs) out.note(out.errorStyle.dim(`${level}: ${line}`));
  return {
    json: { result: result ?? null, ms, logs, stderr, messages: messages.map(messageJson) },
    text: result === undefined ? '' : JSON.stringify(result, null, 2),
  };
}
