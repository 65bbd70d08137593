import { join, resolve } from 'node:path';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { makePrivateFolder } from '../../core/files.js';
import { Ephemeral } from '../../network/ephemeral.js';
import { Playground } from '../../network/playground.js';
import { CHAPTERS } from '../../workshop/chapters.js';
import { Journal } from '../../workshop/journal.js';
import { WorkshopShell } from '../../workshop/workshop-shell.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';
import { columns, type Output } from '../output.js';
import { Page } from '../workshop/page.js';
import { Prompt, terminalSize } from '../workshop/prompt.js';
import { Walk } from '../workshop/walk.js';
import { WebBeside } from '../workshop/web-beside.js';

export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { options, out, signal } = context;
  if (options['list'] === true) return list(out);
  const chapter = textOption(context, 'chapter');
  const only = chapter === undefined ? undefined : wholeNumber(chapter, '--chapter', { min: 1, max: CHAPTERS.length });
  const attended = options['yes'] !== true;
  if (attended && !(process.stdin.isTTY && process.stdout.isTTY))
    throw new LnPlayError('USAGE', 'The workshop waits for Enter, and there is no terminal to press it in', {
      hint: 'run it unattended: ln-play workshop --yes',
    });

  const ephemeral = options.dir === undefined ? await Ephemeral.create() : undefined;
  const dir = ephemeral?.dir ?? resolve(options.dir!);
  const work = join(dir, 'workshop');
  const scratch = join(work, '.ln-play');
  const page = new Page(out);
  let shell: WorkshopShell | undefined;
  let walked: Walked;
  try {
    await makePrivateFolder(scratch);
    const journal = await Journal.open(scratch);
    const onScreen = (text: string): void => page.raw(text);
    const lightningd = textOption(context, 'lightningd');
    const terminal = attended ? terminalSize : undefined;
    shell = await WorkshopShell.open({ dir, work, scratch, lightningd, terminal, onScreen });
    const toLose = ephemeral ? `All stops, and ${dir} is removed.` : `All stops; ${dir} stays.`;
    const prompt = attended ? new Prompt(signal, toLose) : undefined;
    const resize = (): void => shell?.resize(terminalSize());
    process.stdout.on('resize', resize);
    try {
      welcome(page, dir, ephemeral !== undefined, attended);
      const web = options['web'] === true ? new WebBeside(context, dir, page) : undefined;
      const afterStep = async (): Promise<void> => await web?.show();
      const walk = new Walk({ page, shell, journal, work, prompt, signal, progress: context.progress, afterStep });
      walked = await walkThrough(walk, journal, only);
    } finally {
      process.stdout.off('resize', resize);
    }
  } finally {
    await shell?.close();
    await takeDown(dir, ephemeral);
  }
  throwIfAborted(signal);
  return {
    json: { chapters: walked.done },
    text: `\n${out.style.green('✔')} ${farewell(walked, dir, ephemeral !== undefined)}`,
  };
}

function list(out: Output): Reply {
  const chapters = CHAPTERS.map(({ title, about, steps }, index) => ({
    chapter: index + 1,
    title,
    about,
    steps: steps.length,
  }));
  const rows = chapters.map(({ chapter, title, about }) => [
    String(chapter),
    out.style.bold(title),
    out.style.dim(about),
  ]);
  return { json: { chapters }, text: columns(rows, new Set([0])) };
}

function welcome(page: Page, dir: string, temporary: boolean, attended: boolean): void {
  const goes = temporary ? 'and goes at the end; with --dir DIR it stays, to go on another day' : 'and stays there';
  page.prose('The talk "JSON Interface with c-lightning and Writing Extensions", to be walked through.', undefined, '');
  page.prose(`Everything lives in ${dir}, ${goes}.`, page.style.dim, '');
  if (attended)
    page.prose(
      'Enter runs the step that is shown. Type any command to try it first: an editor, too. s skips a step, q ends the workshop.',
      page.style.dim,
      '',
    );
}

interface Walked {
  readonly done: readonly { readonly chapter: number; readonly title: string; readonly steps: number }[];
  /** The chapter that the person left, or the next one. */
  readonly next: number | undefined;
}

/** All chapters that have not been done, or one, for which those before it are run without a word: it stands on them. */
async function walkThrough(walk: Walk, journal: Journal, only: number | undefined): Promise<Walked> {
  const done = [];
  const allDone = CHAPTERS.every((chapter) => journal.isDone(chapter));
  for (const [index, chapter] of CHAPTERS.entries()) {
    const number = index + 1;
    if (only !== undefined && number > only) return { done, next: number };
    const passed = only === undefined ? journal.isDone(chapter) && !allDone : number < only;
    const go = passed && journal.isDone(chapter) ? walk.again(number, chapter) : walk.chapter(number, chapter, passed);
    if ((await go) === 'left') return { done, next: number };
    if (!passed) done.push({ chapter: number, title: chapter.title, steps: chapter.steps.length });
  }
  return { done, next: undefined };
}

function farewell({ done, next }: Walked, dir: string, removed: boolean): string {
  const count = done.length === 1 ? '1 chapter' : `${done.length} chapters`;
  if (removed) return `${count}. All was stopped, and ${dir} has been removed.`;
  const kept = `${count}. All was stopped, and what you wrote is kept:\n  ${join(dir, 'workshop')}`;
  return next === undefined ? kept : `${kept}\nTo go on with chapter ${next}:\n  ln-play workshop --dir ${dir}`;
}

async function takeDown(dir: string, ephemeral: Ephemeral | undefined): Promise<void> {
  try {
    await (await Playground.open(dir)).down();
  } catch (error) {
    if (!(error instanceof LnPlayError && error.code === 'STATE')) throw error; // it never came up
  }
  await ephemeral?.dispose();
}
