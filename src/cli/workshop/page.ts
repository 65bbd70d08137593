import { Help } from 'commander';
import { LEFT_OUT } from '../../workshop/chapter.js';
import type { Output } from '../output.js';

/** Prose is hard to read in longer lines. */
const WIDEST = 100;

/** So many lines of output are shown whole. */
const FEW = 4;

/** The workshop on the screen: prose broken between words, much that was printed cut at the edge. */
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

  /**
   * What a command printed. A line that is too long for the screen is broken where there are few, and ends in `LEFT_OUT`
   * where there are many.
   */
  printed(lines: readonly string[]): void {
    const room = (process.stdout.columns || Infinity) - 6; // a terminal that nobody has told its size says 0
    for (const line of lines)
      for (const part of lines.length <= FEW ? broken(line, room) : [cut(line, room)])
        this.raw(`     ${part === LEFT_OUT ? this.style.dim(part) : part}\n`);
  }
}

const cut = (line: string, room: number): string => (line.length > room ? line.slice(0, room - 1) + LEFT_OUT : line);

/** A line in pieces that fit, broken between words, or where there is no space within a word. */
const broken = (line: string, room: number): string[] =>
  line.length > room ? (line.match(new RegExp(`.{1,${room}}(?:\\s+|$)|.{1,${room}}`, 'g')) ?? []) : [line];
