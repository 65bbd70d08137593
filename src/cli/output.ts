import chalk, { chalkStderr, type ChalkInstance } from 'chalk';
import { asCalled } from './called-as.js';

/** Results go to standard output, everything else to standard error. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly style: ChalkInstance = chalk;
  readonly errorStyle: ChalkInstance = chalkStderr;
  /** How many columns a line of the result has; none too many in a pipe. */
  readonly width: number;
  /** Whether progress may be redrawn in place. */
  readonly live: boolean;

  constructor({ json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean }) {
    this.json = json;
    this.quiet = quiet;
    this.width = process.stdout.isTTY ? process.stdout.columns : Infinity;
    this.live = process.stderr.isTTY && !quiet;
  }

  /** The command's result: the document with `--json`, the text otherwise, nothing with `--quiet`. */
  result(json: unknown, text: string): void {
    if (this.json) this.write(`${JSON.stringify(json, bigintAsNumber, 2)}\n`);
    else if (!this.quiet && text !== '') this.write(`${text}\n`);
  }

  /** Raw bytes to standard output, whatever the options: what `cli` and `logs` pass through. */
  write(text: string): void {
    process.stdout.write(text);
  }

  /** As `write`, at the pace of whoever reads it. */
  async drained(text: string | Buffer): Promise<void> {
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }

  /** A line to standard error that is neither result nor error. */
  note(text: string): void {
    if (!this.quiet) process.stderr.write(`${asCalled(text)}\n`);
  }

  /** Waits until the reader of our output has taken all of it. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  }
}

const bigintAsNumber = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

const WITHOUT_COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');
const widthOf = (text: string): number => text.replaceAll(WITHOUT_COLOUR, '').length;

/** A text of at most so many columns, its middle left out where it is longer: `02c9f0…c8d686`. */
export function elide(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(2, width - 1);
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}

/** How many columns the last cells of these rows have in a line of so many. */
export function roomForLast(rows: readonly (readonly string[])[], width: number): number {
  const before = columns(rows.map((row) => [...row.slice(0, -1), '.']));
  return width - Math.max(0, ...before.split('\n').map((line) => widthOf(line) - 1));
}

/** Rows of cells as aligned lines, two spaces apart; a column of numbers is aligned to the right where `right` has it. */
export function columns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  const pad = (cell: string, i: number): string => {
    const fill = ' '.repeat(widths[i]! - widthOf(cell));
    return right.has(i) ? fill + cell : cell + fill;
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** 734 ms, 1.2 s */
export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** `slow bitcoind` of `slowBitcoind`. */
export const wordsOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
