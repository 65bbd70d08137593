import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LnPlayError } from '../../core/errors.js';
import { shellWord } from '../../core/shell.js';
import { findExecutable } from '../../daemons/executables/find.js';
import { Playground } from '../../network/playground.js';
import { textOption, type CommandContext, type Reply } from '../context.js';

const SHELLS = ['bash', 'zsh', 'fish', 'sh'] as const;
type Shell = (typeof SHELLS)[number];

/** Prints code for the shell: as functions, since those work in scripts too, where aliases don't. */
export async function run(context: CommandContext): Promise<Reply> {
  const shell = shellOf(textOption(context, 'shell'));
  const playground = await Playground.open(context.options.dir, context.playground);
  const { dir, bitcoind, faucet, nodes } = playground;
  const ours = [process.execPath, fileURLToPath(new URL('../../../bin/ln-play.js', import.meta.url)), '--dir', dir];
  const lightningCli = await optional('lightning-cli');
  const bitcoinCli = await optional('bitcoin-cli', playground.bitcoind.command);
  const commands: { [name: string]: readonly string[] } = {};
  for (const { name, lightningDir, daemon } of nodes) {
    const cli = lightningCli
      ? [lightningCli, `--lightning-dir=${lightningDir}`, '--network=regtest']
      : [...ours, 'cli', name];
    commands[name] = cli;
    commands[`${name}-cli`] = cli;
    commands[`${name}-log`] = ['less', '+G', daemon.spec.logFile];
  }
  if (bitcoinCli) {
    const bt = [bitcoinCli, `-datadir=${bitcoind.datadir}`, `-rpcwallet=${faucet.wallet}`];
    commands['bt'] = bt;
    commands['bt-cli'] = bt;
  }
  commands['ln-play'] = ['env', 'LN_PLAY_AS=ln-play', process.execPath, ours[1]!];
  const lines = [
    shell === 'fish' ? `set -gx LN_PLAY_DIR ${shellWord(dir)}` : `export LN_PLAY_DIR=${shellWord(dir)}`,
    ...(shell === 'fish' ? [] : [`unalias ${Object.keys(commands).join(' ')} 2>/dev/null || :`]),
    ...Object.entries(commands).map(([name, words]) => definition(shell, name, words.map(shellWord).join(' '))),
  ];
  return { json: { dir, commands }, text: lines.join('\n') };
}

function definition(shell: Shell, name: string, command: string): string {
  if (shell === 'fish') return `function ${name}; ${command} $argv; end`;
  if (shell === 'sh' && name.includes('-')) return `alias ${name}=${shellWord(command)}`; // POSIX functions have no hyphen
  return `${name}() { ${command} "$@"; }`;
}

function shellOf(given: string | undefined): Shell {
  const name = given ?? basename(process.env['SHELL'] ?? 'bash');
  const shell = SHELLS.find((candidate) => candidate === name);
  if (shell) return shell;
  if (given === undefined) return 'bash';
  throw new LnPlayError('USAGE', `--shell ${JSON.stringify(given)} is not a shell that is known here`, {
    hint: `choose one of ${SHELLS.join(', ')}`,
  });
}

async function optional(
  program: 'lightning-cli' | 'bitcoin-cli',
  beside?: { command: string; args: readonly string[] },
) {
  try {
    return (await findExecutable(program, { beside, env: { ...process.env, LN_PLAY_OFFLINE: '1' } })).executable
      .command;
  } catch (error) {
    if (error instanceof LnPlayError && error.code === 'MISSING_BINARY') return undefined;
    throw error;
  }
}
