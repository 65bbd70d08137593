import { LnPlayError } from '../../core/errors.js';
import { cacheFolder } from '../../core/cache-folder.js';
import { installedLightningds } from '../../daemons/executables/cln/installed.js';
import { DEFAULT_VERSION, readVersion } from '../../daemons/executables/cln/version.js';
import { findExecutable, type Executable } from '../../daemons/executables/find.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { fetchProgress } from '../fetch-progress.js';
import { columns } from '../output.js';

export async function run(context: CommandContext): Promise<Reply> {
  const [program, version] = context.args;
  if (context.options['list'] === true) return await list();
  if (program === 'lightningd') return await lightningd(context, version);
  if (program === 'bitcoind' && version === undefined) return await bitcoind(context);
  const message =
    program === undefined
      ? 'There is nothing named to install'
      : `There is no ${JSON.stringify(context.args.join(' ').trim())} to install`;
  throw new LnPlayError('USAGE', message, {
    hint: `ln-play install lightningd [${DEFAULT_VERSION}], ln-play install bitcoind, or ln-play install --list`,
  });
}

async function lightningd(context: CommandContext, asked: string | undefined): Promise<Reply> {
  const version = readVersion(asked ?? DEFAULT_VERSION);
  const { installLightningd } = await import('../../daemons/executables/cln/install.js');
  const { lightningd: path, fetched } = await installLightningd(version, {
    system: textOption(context, 'for'),
    onProgress: fetchProgress(context.progress, `fetching lightningd ${version}`),
    signal: context.signal,
  });
  const { executable: taken } = await findExecutable('lightningd');
  const { green, dim } = context.out.style;
  const lines = [
    `${green('✔')} lightningd ${version} is ${fetched ? 'installed' : 'installed already'}: ${path}`,
    ...(fetched ? [dim(`  the build for ${fetched.system}, signed by ${fetched.signer}`)] : []),
    whatUpTakes(taken, path, version),
  ];
  const json = { program: 'lightningd', version, path, fetched: fetched ?? null, taken_by_up: taken.command === path };
  return { json, text: lines.join('\n') };
}

function whatUpTakes(taken: Executable, path: string, version: string): string {
  if (taken.command === path) return '  `ln-play up` takes it from now on';
  const why = { path: ', which is on PATH', variable: ', as LIGHTNINGD_EXE says' }[taken.source as string] ?? '';
  return `  \`ln-play up\` takes ${taken.command}${why}; this one with --lightningd ${version}`;
}

async function bitcoind({ progress, signal, out }: CommandContext): Promise<Reply> {
  const onProgress = fetchProgress(progress, 'fetching bitcoind');
  const { executable } = await findExecutable('bitcoind', { onProgress, signal });
  const { command: path, source } = executable;
  const how = source === 'download' ? 'is fetched' : 'is there already';
  return { json: { program: 'bitcoind', path, source }, text: `${out.style.green('✔')} bitcoind ${how}: ${path}` };
}

async function list(): Promise<Reply> {
  const all = await installedLightningds(cacheFolder());
  const installed = all.map(({ version, lightningd: path }) => ({ program: 'lightningd', version, path }));
  const rows = installed.map(({ program, version, path }) => [program, version, path]);
  const none = 'no lightningd is installed; `ln-play install lightningd` fetches one';
  return { json: { installed }, text: rows.length > 0 ? columns(rows) : none };
}
