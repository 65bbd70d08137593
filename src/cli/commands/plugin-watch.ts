import { basename } from 'node:path';
import { Playground } from '../../network/playground.js';
import { payments } from '../../plugins/held.js';
import { summary } from '../../plugins/check/check.js';
import { watchPlugins, type WatchEvent } from '../../plugins/watch/watch.js';
import { listOption, type CommandContext } from '../context.js';
import { leftRunningText, theyAre } from '../held.js';
import { duration, type Output } from '../output.js';
import { pluginOptions } from '../plugin-options.js';

export async function run(context: CommandContext): Promise<undefined> {
  const { args, rest, options, out, signal } = context;
  const [name] = args as [string];
  const playground = await Playground.open(options.dir, context.playground);
  const { lightningd } = playground.node(name);
  await lightningd.daemon.guard(() =>
    watchPlugins(lightningd, rest, {
      options: pluginOptions(listOption(context, 'option')),
      signal,
      onEvent: (event) => out.write(`${out.json ? JSON.stringify(eventJson(event)) : render(event, name, out)}\n`),
    }),
  );
  return undefined;
}

function render(event: WatchEvent, node: string, { style }: Output): string {
  const { green, red, dim, bold, cyan, yellow } = style;
  const at = dim(new Date().toISOString().slice(11, 23));
  if (event.type === 'watching')
    return `${at} ${dim(`watching ${event.files.map((file) => basename(file)).join(', ')} on ${node}; Ctrl-C ends it`)}`;
  const plugin = bold(basename(event.file));
  const hintLine = (hint: string | undefined): string => (hint === undefined ? '' : `\n    ${cyan('hint:')} ${hint}`);
  switch (event.type) {
    case 'started': {
      const { manifest } = event.report;
      return `${at} ${green('✓')} ${plugin} runs, ${duration(event.ms)} after the save${manifest ? dim(` (${summary(manifest)})`) : ''}`;
    }
    case 'check-failed': {
      const failures = event.report.findings.filter(({ outcome }) => outcome === 'failed');
      const lines = failures.flatMap(({ text, hint, details = [] }) => [
        `${at} ${red('✗')} ${plugin} ${text}${hintLine(hint)}`,
        ...details.map((line) => dim(`    ${line}`)),
      ]);
      return [...lines, ...(event.running ? [yellow('    the old one keeps running')] : [])].join('\n');
    }
    case 'waiting':
      return `${at} ${yellow('…')} ${plugin} holds ${payments(event.payments)}: the new code runs once ${theyAre(event.payments)} settled or cancelled; Ctrl-C leaves the old code running`;
    case 'left-running':
      return `${at}   ${plugin} ${leftRunningText(event.payments, basename(event.file), node)}`;
    case 'start-failed': {
      const { message, hint, details } = event.error;
      const lines = [`${at} ${red('✗')} ${message}${hintLine(hint)}`, ...details.map((line) => dim(`    ${line}`))];
      return [
        ...lines,
        yellow(event.running ? '    the old one runs again' : `    ${basename(event.file)} does not run now`),
      ].join('\n');
    }
    default:
      return `${at}   ${plugin} ${event.type === 'log' ? event.level : yellow('stderr')} ${event.line}`;
  }
}

/** One event as a tool reads it. */
function eventJson(event: WatchEvent): object {
  if (event.type === 'start-failed') {
    const { message, hint, details } = event.error;
    return { ...event, error: { message, hint: hint ?? null, details } };
  }
  if (event.type !== 'started' && event.type !== 'check-failed') return event;
  const { report, ...rest } = event;
  return { ...rest, findings: report.findings };
}
