import { join } from 'node:path';
import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import type { Chapter } from './chapter.js';

/** How far a workshop's folder has come: so many first steps of each chapter have been done or skipped. */
export class Journal {
  readonly #file: string;
  readonly #done: Map<string, number>;

  private constructor(file: string, done: Map<string, number>) {
    this.#file = file;
    this.#done = done;
  }

  /** @throws {LnPlayError} STATE for one that cannot be read; FILESYSTEM */
  static async open(folder: string): Promise<Journal> {
    const file = join(folder, 'journal.json');
    const text = (await readIfThere(file)) ?? '{}';
    try {
      return new Journal(file, new Map(Object.entries(JSON.parse(text) as { [title: string]: number })));
    } catch (cause) {
      throw new LnPlayError('STATE', `Cannot read ${file}`, { hint: 'remove it to begin again', cause });
    }
  }

  stepsDone({ title }: Chapter): number {
    return this.#done.get(title) ?? 0;
  }

  isDone(chapter: Chapter): boolean {
    return this.stepsDone(chapter) >= chapter.steps.length;
  }

  async record({ title }: Chapter, steps: number): Promise<void> {
    this.#done.set(title, Math.max(steps, this.#done.get(title) ?? 0));
    await writeWhole(this.#file, `${JSON.stringify(Object.fromEntries(this.#done), undefined, 2)}\n`);
  }
}
