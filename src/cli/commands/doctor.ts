import { doctor } from '../../daemons/executables/doctor.js';
import { layoutOf, playgroundDir } from '../../network/layout.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { columns } from '../output.js';
import { rpcSocketOf } from '../../daemons/lightning-dir.js';

export async function run(context: CommandContext): Promise<Reply> {
  const layout = layoutOf(playgroundDir(context.options.dir));
  const report = await doctor({
    bitcoind: textOption(context, 'bitcoind'),
    lightningd: textOption(context, 'lightningd'),
    dir: layout.dir,
    socketPath: rpcSocketOf(layout.nodeDir('l10')),
  });
  const { green, red, yellow, bold, dim, cyan } = context.out.style;
  const marks = { true: green('✔'), false: red('✘'), warn: yellow('!') } as const;
  const rows = report.checks.flatMap(({ name, ok, detail, hint, trail = [] }) => [
    [`${marks[`${ok}`]} ${bold(name)}`, detail],
    ...trail.map(({ source, taken, reason }) => ['', dim(`${taken ? '→' : ' '} ${source}: ${reason}`)]),
    ...(hint ? [['', `${cyan('hint:')} ${hint.replaceAll('\n', '\n      ')}`]] : []),
  ]);
  return { json: report, text: columns(rows), exitCode: report.ok ? 0 : 1 };
}
