import type { Manifest } from '../../cln/manifest.js';
import { Steps } from '../../network/steps.js';
import { checkPlugin, STARTUP_TIMEOUT_MS } from '../../plugins/check/check.js';
import type { CheckReport } from '../../plugins/check/report.js';
import { listOption, type CommandContext, type Reply } from '../context.js';
import { messageJson, renderMessage } from '../messages.js';
import { pluginOptions, readAnswers } from '../plugin-options.js';
import type { Output } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const { out, options, signal, playground } = context;
  const [file] = context.args as [string];
  const show = options['show'] === true && !out.json;
  const answers = await readAnswers(context);
  const steps = new Steps(show ? undefined : playground.onStep);
  const report = await steps.run(`check ${file}`, () =>
    checkPlugin(file, {
      timeoutMs: playground.timeoutMs ?? STARTUP_TIMEOUT_MS,
      options: pluginOptions(listOption(context, 'option')),
      answers,
      signal,
      onMessage: (message) =>
        show && out.write(`${renderMessage(message, out, { pretty: options['pretty'] === true })}\n`),
      onStderr: (line) => show && out.write(`${out.style.dim('stderr')} ${line}\n`),
    }),
  );
  return { json: reportJson(report), text: render(report, show, out), exitCode: report.ok ? 0 : 1 };
}

/** @param shown whether its standard error has been seen already */
function render({ file, ok, findings }: CheckReport, shown: boolean, { style }: Output): string {
  const { green, yellow, red, dim, bold } = style;
  const marks = { passed: green('✓'), warning: yellow('!'), failed: red('✗') };
  const lines = findings.flatMap(({ outcome, text, hint, details = [] }) => [
    `${marks[outcome]} ${text}`,
    ...(shown ? [] : details).map((line) => dim(`    ${line}`)),
    ...(hint === undefined ? [] : [`    ${style.cyan('hint:')} ${hint}`]),
  ]);
  const verdict = ok ? green('lightningd would run it') : red('lightningd would not run it');
  return [bold(file), ...lines, verdict].join('\n');
}

const reportJson = ({ file, ok, findings, manifest, getmanifestMs, initMs, messages, stderr }: CheckReport) => ({
  file,
  ok,
  findings,
  manifest: manifest ? manifestJson(manifest) : null,
  getmanifest_ms: getmanifestMs ?? null,
  init_ms: initMs ?? null,
  messages: messages.map(messageJson),
  stderr,
});

/** As the plugin's answer to getmanifest names it. */
const manifestJson = ({ options, methods, subscriptions, hooks, topics, dynamic, disable }: Manifest) => ({
  options,
  rpcmethods: methods.map(({ name, usage }) => ({ name, usage })),
  subscriptions,
  hooks: hooks.map(({ name }) => name),
  notifications: topics,
  dynamic,
  ...(disable !== undefined && { disable }),
});
