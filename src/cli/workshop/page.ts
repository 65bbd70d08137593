import { Help } from 'commander';
import { LEFT_OUT } from '../../workshop/chapter.js';
import type { Output } from '../output.js';

/** Prose is hard to read in longer lines. */
const WIDEST = 100;

/** The workshop on the screen: prose broken between words, what was printed cut at the edge. */
export class Page {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  get style(): Output['style'] {
    return this.#out.style;
  }

  raw(text: string): void {
    if (!this.#out.json && !this.#out.quiet) this.#out.write(text);
  }

  /** Prose in lines that begin with `first`, then with `rest`. */
  prose(text: string, paint = (line: string): string => line, first = '   ', rest = ' '.repeat(first.length)): void {
    const room = Math.min(process.stdout.columns || WIDEST, WIDEST) - rest.length - 1;
    const lines = text.split('\n').flatMap((line) => new Help().boxWrap(line, room).split('\n'));
    this.raw(lines.map((line, index) => `${index === 0 ? first : rest}${paint(line)}\n`).join(''));
  }

  /** What a command printed: a line that is too long for the screen ends in `LEFT_OUT`. */
  printed(lines: readonly string[]): void {
    const room = (process.stdout.columns || Infinity) - 6; // a terminal that nobody has told its size says 0
    for (const line of lines) {
      const fits = line.length > room ? line.slice(0, room - 1) + LEFT_OUT : line;
      this.raw(`     ${line === LEFT_OUT ? this.style.dim(line) : fits}\n`);
    }
  }
}
