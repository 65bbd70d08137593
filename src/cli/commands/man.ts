import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG_PAGE, pageName, readManual } from '../../cln/manual.js';
import { LnPlayError } from '../../core/errors.js';
import { findLightningd } from '../../daemons/executables/find.js';
import { runOnTerminal } from '../../process/on-terminal.js';
import { run as runProgram } from '../../process/run.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { pageText, section } from '../man/page-text.js';
import { page } from '../man/pager.js';
import { columns } from '../output.js';

/** Wider lines are hard to read. */
const WIDEST = 100;

export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { args, out } = context;
  const manual = readManual();
  const [asked] = args;
  if (asked === undefined) {
    const titles = Object.entries(manual.pages).map(([name, { title }]) => ({ name, title }));
    titles.push({ name: CONFIG_PAGE, title: 'The options of lightningd, for its command line and its config' });
    const text = columns(titles.map(({ name, title }) => [out.style.bold(name), title]));
    return await shown({ pages: titles }, `${text}\n`, context);
  }
  const name = pageName(manual, asked);
  if (!out.json && !out.quiet) {
    const installed = name === CONFIG_PAGE ? name : `lightning-${name}`;
    if (await isInstalled(installed)) {
      if ((await runOnTerminal({ command: 'man', args: [installed] })) === 0) return undefined;
    }
  }
  const width = Math.min(out.width || WIDEST, WIDEST);
  if (name === CONFIG_PAGE) {
    const options = await optionsOf(context);
    const text = [
      section('name', [`${name} -- the options of lightningd`], out.style),
      section(
        'description',
        ['Each can stand on the command line as --name=value, or in the config of a node as name=value.'],
        out.style,
      ),
      section('options', options.trimEnd().split('\n'), out.style),
    ].join('\n\n');
    return await shown({ page: name, options }, `${text}\n`, context);
  }
  const found = manual.pages[name]!;
  const text = pageText(name, found, manual, { style: out.style, width });
  return await shown({ page: name, source: manual.source, ...found }, `${text}\n`, context);
}

async function shown(json: unknown, text: string, { out }: CommandContext): Promise<Reply | undefined> {
  if (out.json || out.quiet) return { json, text };
  await page(text, out);
  return undefined;
}

/** Whether Core Lightning's own manual page is on this machine. */
async function isInstalled(name: string): Promise<boolean> {
  try {
    await runProgram('man', ['-w', name]);
    return true;
  } catch (error) {
    if (error instanceof LnPlayError && (error.code === 'DAEMON' || error.code === 'MISSING_BINARY')) return false;
    throw error;
  }
}

/** What `lightningd --help` lists, of the lightningd that a playground here would run. */
async function optionsOf(context: CommandContext): Promise<string> {
  const { executable } = await findLightningd({ flag: textOption(context, 'lightningd') });
  const dir = await mkdtemp(join(tmpdir(), 'ln-play-man-')); // not to read a config that is no playground's
  try {
    const args = ['--network=regtest', `--lightning-dir=${dir}`, '--help'];
    const { stdout } = await runProgram(executable.command, [...executable.args, ...args], { signal: context.signal });
    return stdout.replaceAll(dir, '~/.lightning');
  } finally {
    await rm(dir, { recursive: true });
  }
}
