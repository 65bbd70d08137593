import { createInterface, type Interface } from 'node:readline/promises';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { Ephemeral } from '../../network/ephemeral.js';
import { Playground } from '../../network/playground.js';
import { linesThatMatter, unmet, type Chapter, type WorkshopStep } from '../../workshop/chapter.js';
import { CHAPTERS } from '../../workshop/chapters.js';
import { environment, PRELUDE } from '../../workshop/shell-environment.js';
import { ShellSession } from '../../workshop/shell-session.js';
import { textOption, type CommandContext, type Reply } from '../context.js';
import { wholeNumber } from '../job.js';
import { columns, type Output } from '../output.js';
import type { Progress } from '../progress.js';

export async function run(context: CommandContext): Promise<Reply | undefined> {
  const { options, out, signal } = context;
  if (options['list'] === true) return list(out);
  const chapter = textOption(context, 'chapter');
  const only = chapter === undefined ? undefined : wholeNumber(chapter, '--chapter', { min: 1, max: CHAPTERS.length });
  const unattended = options['yes'] === true;
  if (!unattended && !process.stdin.isTTY)
    throw new LnPlayError('USAGE', 'The workshop waits for Enter, and its standard input is no terminal', {
      hint: 'run it unattended: ln-play workshop --yes',
    });

  const ephemeral = options.dir === undefined ? await Ephemeral.create() : undefined;
  const dir = ephemeral?.dir ?? resolve(options.dir!);
  const work = join(dir, 'workshop');
  let shell: ShellSession | undefined;
  let done: object[];
  try {
    await mkdir(work, { recursive: true, mode: 0o700 });
    shell = await ShellSession.start(work, environment(dir, textOption(context, 'lightningd')));
    await shell.run(PRELUDE, { signal });
    const reader = unattended ? undefined : createInterface({ input: process.stdin, output: process.stdout });
    const steps = new Walk(out, shell, reader, signal);
    reader?.on('SIGINT', () => {
      // A line editor keeps Ctrl-C to itself.
      if (!steps.interrupt()) process.kill(process.pid, 'SIGINT');
    });
    try {
      welcome(out, dir, ephemeral !== undefined, unattended);
      done = await walk(steps, only, context.progress);
    } finally {
      reader?.close();
    }
  } finally {
    shell?.close();
    await takeDown(dir, ephemeral);
  }
  throwIfAborted(signal);
  const kept = ephemeral ? '' : ` What you wrote is in ${work}.`;
  return { json: { chapters: done }, text: `${out.style.green('✔')} ${done.length} chapters.${kept}` };
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

function welcome(out: Output, dir: string, temporary: boolean, unattended: boolean): void {
  if (out.json || out.quiet) return;
  const goes = temporary ? 'and goes at the end; with --dir DIR it stays' : 'and stays there';
  out.write(`The talk "JSON Interface with c-lightning and Writing Extensions", to be walked through.\n`);
  out.write(out.style.dim(`Everything lives in ${dir}, ${goes}.\n`));
  if (!unattended)
    out.write(
      out.style.dim(
        'Enter runs the step that is shown. Type any command to try it first; Ctrl-C ends that. q ends the workshop.\n',
      ),
    );
}

/** All chapters, or one; those before that one are run without a word, since it stands on them. */
async function walk(steps: Walk, only: number | undefined, progress: Progress): Promise<object[]> {
  const done: object[] = [];
  for (const [index, chapter] of CHAPTERS.entries()) {
    const number = index + 1;
    if (only !== undefined && number > only) break;
    const quiet = only !== undefined && number < only;
    const end = quiet ? progress.begin(`chapter ${number}: ${chapter.title}`) : undefined;
    const left = await steps.chapter(number, chapter, quiet).finally(end);
    if (left) break;
    if (!quiet) done.push({ chapter: number, title: chapter.title, steps: chapter.steps.length });
  }
  return done;
}

/** Walks through chapters: shows, waits, runs, checks. */
class Walk {
  readonly #out: Output;
  readonly #shell: ShellSession;
  readonly #reader: Interface | undefined;
  readonly #signal: AbortSignal;
  /** What the next Ctrl-C does to the command that the person typed; undefined where none runs. */
  #endings: ('SIGINT' | 'SIGKILL')[] | undefined;

  constructor(out: Output, shell: ShellSession, reader: Interface | undefined, signal: AbortSignal) {
    this.#out = out;
    this.#shell = shell;
    this.#reader = reader;
    this.#signal = signal;
  }

  /** @returns whether the person has had enough */
  async chapter(number: number, { title, about, steps }: Chapter, quiet: boolean): Promise<boolean> {
    const { bold, cyan } = this.#out.style;
    if (!quiet) this.#say(`\n${cyan(String(number))}  ${bold(title)}\n   ${about}\n`);
    for (const [index, step] of steps.entries()) {
      if (!quiet) this.#announce(step);
      if (!quiet && this.#reader && !(await this.#wantsToGoOn(this.#reader))) return true;
      const outcome = await this.#shell.run(step.type, { signal: this.#signal });
      if (!quiet) for (const line of linesThatMatter(outcome.output, step)) this.#say(`     ${line}\n`);
      const missing = unmet(step, outcome);
      if (missing.length > 0)
        throw new LnPlayError('STATE', `Chapter ${number}, step ${index + 1} did not come out as it says`, {
          details: [
            `$ ${step.type}`,
            ...missing.map((what) => `expected that ${what}`),
            ...outcome.output.split('\n').slice(-12),
          ],
          hint: 'the node logs say more; to see for yourself: ln-play workshop --dir DIR, then look around in DIR',
        });
      if (!quiet) this.#say(`   ${this.#out.style.dim(step.after)}\n\n`);
    }
    return false;
  }

  /** Ends the command that the person typed, the second time by force. @returns whether there was something left to do */
  interrupt(): boolean {
    const ending = this.#endings?.shift();
    if (ending) this.#shell.interrupt(ending);
    return ending !== undefined;
  }

  #announce({ type, before }: WorkshopStep): void {
    const { green, dim } = this.#out.style;
    if (before) this.#say(`   ${dim(before)}\n`);
    for (const [index, line] of type.split('\n').entries()) this.#say(`   ${green(index === 0 ? '$' : ' ')} ${line}\n`);
  }

  /** Runs what is typed, until there is nothing but Enter. */
  async #wantsToGoOn(reader: Interface): Promise<boolean> {
    for (;;) {
      let typed: string;
      try {
        typed = (await reader.question(this.#out.style.dim('   › '), { signal: this.#signal })).trim();
      } catch (error) {
        throwIfAborted(this.#signal);
        if (error instanceof Error && error.name === 'AbortError') {
          this.#say('\n'); // Ctrl-D leaves the cursor behind the prompt
          return false;
        }
        throw error;
      }
      if (typed === '') return true;
      if (typed === 'q' || typed === 'exit') return false;
      this.#endings = ['SIGINT', 'SIGKILL'];
      try {
        const onOutput = (text: string): void => this.#say(text);
        await this.#shell.run(typed, { timeoutMs: Infinity, signal: this.#signal, onOutput });
      } finally {
        this.#endings = undefined;
      }
      this.#say('\n');
    }
  }

  #say(text: string): void {
    if (!this.#out.json && !this.#out.quiet) this.#out.write(text);
  }
}

async function takeDown(dir: string, ephemeral: Ephemeral | undefined): Promise<void> {
  try {
    await (await Playground.open(dir)).down();
  } catch (error) {
    if (!(error instanceof LnPlayError && error.code === 'STATE')) throw error; // it never came up
  }
  await ephemeral?.dispose();
}
