import { join } from 'node:path';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { isThere } from '../../core/files.js';
import { waitFor } from '../../core/wait.js';
import { shellWord } from '../../core/shell.js';
import { LEFT_OUT, linesThatMatter, unmet, type Chapter, type WorkshopStep } from '../../workshop/chapter.js';
import type { Journal } from '../../workshop/journal.js';
import type { Outcome } from '../../workshop/shell-session.js';
import type { WorkshopShell } from '../../workshop/workshop-shell.js';
import type { Progress } from '../progress.js';
import type { Page } from './page.js';
import type { Prompt } from './prompt.js';

/** How long a step that comes to what is expected a moment later is typed again, in ms, and how often. */
const EVENTUALLY = { timeoutMs: 30_000, intervalMs: 50 };
/** The exit code of what Ctrl-C has ended. */
const INTERRUPTED = 130;

type Wish = 'run' | 'skip' | 'end';

export interface WalkOptions {
  readonly page: Page;
  readonly shell: WorkshopShell;
  readonly journal: Journal;
  /** Where commands are typed. */
  readonly work: string;
  /** Nobody is asked if there is none, and the first step that fails ends the walk. */
  readonly prompt: Prompt | undefined;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Called after each step that was done. */
  readonly afterStep: () => Promise<void>;
}

/** Walks through chapters: shows, waits, runs, checks. */
export class Walk {
  readonly #options: WalkOptions;
  /** All that the last step printed. */
  #last = '';
  #saidLeftOut = false;

  constructor(options: WalkOptions) {
    this.#options = options;
  }

  /**
   * Goes through a chapter; if a part of it has been done before, through the rest.
   *
   * @param quiet shows nothing of it but what fails
   * @returns whether the person has had enough
   */
  async chapter(number: number, chapter: Chapter, quiet: boolean): Promise<'done' | 'left'> {
    const { page, journal, shell, afterStep } = this.#options;
    const { title, about, steps } = chapter;
    if (!quiet) {
      page.raw(`\n${page.style.cyan(String(number))}  ${page.style.bold(title)}\n`);
      page.prose(about);
      page.raw('\n');
    }
    const before = journal.isDone(chapter) ? 0 : journal.stepsDone(chapter);
    if (before > 0 && !quiet) page.prose(`Steps 1 to ${before} have been done.`, page.style.dim);
    for (const [index, step] of steps.entries()) {
      if (index < before) continue;
      if ((await this.#step(step, { number, step: index + 1, quiet })) === 'left') return 'left';
      await shell.remember();
      await journal.record(chapter, index + 1);
      await afterStep();
    }
    return 'done';
  }

  /** Brings back, after all was stopped, what a chapter that has been done has left for those behind it. */
  async again(number: number, { again }: Chapter): Promise<'done' | 'left'> {
    return again === undefined
      ? 'done'
      : await this.#step({ type: again, expect: [], after: '' }, { number, step: 1, quiet: true });
  }

  async #step(step: WorkshopStep, where: { number: number; step: number; quiet: boolean }): Promise<'done' | 'left'> {
    const { page, prompt } = this.#options;
    let { quiet } = where;
    const passedOver = await this.#passedOver(step);
    if (!quiet) this.#announce(step);
    if (passedOver !== undefined) {
      if (!quiet) this.#aside(passedOver);
      return 'done';
    }
    for (;;) {
      const wish = quiet ? 'run' : await this.#wish(step);
      if (wish === 'end') return 'left';
      if (wish === 'skip') return 'done';
      if ((await this.#answer(step, quiet)) === 'left') return 'left';
      const tells = quiet || prompt !== undefined;
      const end = tells ? this.#options.progress.begin(quiet ? `chapter ${where.number}` : step.type) : undefined;
      const outcome = await this.#run(step).finally(end);
      const missing = outcome ? unmet(step, outcome) : ['the shell goes on'];
      if (outcome && (!quiet || (missing.length > 0 && prompt))) {
        if (quiet) this.#announce(step);
        this.#show(outcome, missing.length === 0 ? step : { ...step, show: undefined });
      }
      if (missing.length === 0) {
        if (!quiet) this.#aside(step.after);
        return 'done';
      }
      const failure = failed(step, where, missing, outcome);
      if (!prompt) throw failure;
      quiet = false;
      page.raw('\n');
      page.prose(failure.message, page.style.red);
      for (const what of missing) page.prose(`expected that ${what}`, page.style.red, '     ');
      page.prose('Mend it here, then Enter tries again; s skips this step, q ends the workshop.');
    }
  }

  /** Why there is nothing to do, or undefined. */
  async #passedOver({ makes, needs }: WorkshopStep): Promise<string | undefined> {
    const { shell, signal, work } = this.#options;
    if (needs && (await shell.run(needs.test, { signal })).exitCode !== 0) return `${needs.without}: passed over.`;
    if (makes === undefined) return undefined;
    return (await isThere(join(work, makes))) ? `${makes} is there already.` : undefined;
  }

  #announce({ type, before, needs }: WorkshopStep): void {
    const { page } = this.#options;
    if (needs) page.prose('An aside, which needs more than a playground has.', page.style.yellow);
    if (before) page.prose(before);
    for (const [index, line] of type.split('\n').entries())
      page.prose(line, undefined, `   ${page.style.green(index === 0 ? '$' : ' ')} `, '       ');
  }

  #aside(text: string): void {
    const { page } = this.#options;
    page.prose(text, page.style.dim);
    page.raw('\n');
  }

  #show(outcome: Outcome, step: Pick<WorkshopStep, 'show'>): void {
    const { page, prompt } = this.#options;
    const lines = linesThatMatter(outcome.output, step);
    page.printed(lines);
    this.#last = outcome.output;
    if (!lines.includes(LEFT_OUT) || this.#saidLeftOut) return;
    this.#saidLeftOut = true;
    page.prose(
      `(${LEFT_OUT} stands for lines that are left out here${prompt ? '; type all to see the whole of it' : ''})`,
      page.style.dim,
      '     ',
    );
  }

  /** Runs what is typed, until there is nothing but Enter, or a word of ours. */
  async #wish({ type }: WorkshopStep): Promise<Wish> {
    const { page, prompt, shell, signal } = this.#options;
    if (!prompt) return 'run';
    for (;;) {
      const typed = await prompt.ask(page.style.dim('   › '));
      if (typed === undefined || typed === 'q' || typed === 'exit') return 'end';
      if (typed === '') return 'run';
      if (typed === 's') return 'skip';
      if (typed === 'all') {
        page.raw(this.#last === '' ? 'Nothing has been printed yet.\n' : `${this.#last}\n`);
        continue;
      }
      if (typed === '?') {
        page.raw(`${type}\n`);
        page.prose('Enter runs that; s skips it; all shows the whole output of the last step; q ends the workshop.');
        continue;
      }
      await this.#orRevive(() => prompt.lend(this.#keys, () => shell.runTyped(typed, signal)));
      await shell.remember();
      page.raw('\n');
    }
  }

  /** Asks what the step wants to know, and tells the shell; with nobody to ask, the standard answer. */
  async #answer({ asks }: WorkshopStep, quiet: boolean): Promise<'done' | 'left'> {
    if (!asks) return 'done';
    const { page, prompt, shell, signal } = this.#options;
    const { variable, question, standard, accept } = asks;
    let answer = standard;
    for (;;) {
      if (!prompt || quiet) break;
      const typed = await prompt.ask(`   ${question} (${standard}) › `);
      if (typed === undefined) return 'left';
      answer = typed === '' ? standard : typed;
      if (accept.test(answer)) break;
      page.prose(`${JSON.stringify(typed)} cannot be that: it must match ${accept}.`, page.style.red);
    }
    await shell.run(`${variable}=${shellWord(answer)}`, { signal });
    return 'done';
  }

  /** @returns undefined if the shell ended in it, and is there anew */
  async #run(step: WorkshopStep): Promise<Outcome | undefined> {
    const { prompt, shell, signal } = this.#options;
    const once = async (): Promise<Outcome> =>
      prompt
        ? await prompt.lend(this.#keys, () => shell.run(step.type, { signal, timeoutMs: Infinity }))
        : await shell.run(step.type, { signal });
    if (!step.eventually) return await this.#orRevive(once);
    let last: Outcome | undefined;
    const probe = async () => {
      last = await this.#orRevive(once);
      const met = !last || last.exitCode === INTERRUPTED || unmet(step, last).length === 0;
      return met ? { done: last } : { seen: last?.output ?? '' };
    };
    try {
      return await waitFor(step.type, probe, { ...EVENTUALLY, signal });
    } catch (error) {
      if (error instanceof LnPlayError && error.code === 'TIMEOUT') return last;
      throw error;
    }
  }

  readonly #keys = (keys: Buffer): void => this.#options.shell.type(keys);

  /** With somebody there, a shell that ended in what it ran is no reason to end all. */
  async #orRevive<T>(work: () => Promise<T>): Promise<T | undefined> {
    const { page, prompt, shell, signal } = this.#options;
    try {
      return await work();
    } catch (error) {
      throwIfAborted(signal);
      if (!prompt || !(error instanceof LnPlayError && error.code === 'STATE')) throw error;
      await shell.revive();
      page.prose('That has ended the shell. Here is another, which knows what the old one knew.', page.style.yellow);
      return undefined;
    }
  }
}

function failed(
  { type }: WorkshopStep,
  { number, step }: { number: number; step: number },
  missing: readonly string[],
  outcome: Outcome | undefined,
): LnPlayError {
  return new LnPlayError('STATE', `Chapter ${number}, step ${step} did not come out as it says`, {
    details: [
      `$ ${type}`,
      ...missing.map((what) => `expected that ${what}`),
      ...(outcome?.output.split('\n').slice(-12) ?? []),
    ],
    hint: 'the node logs say more; to see for yourself: ln-play workshop --dir DIR, then look around in DIR',
  });
}
