import chalk, { chalkStderr } from 'chalk';

/** Results go to standard output, everything else to standard error. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly style = chalk;
  readonly errorStyle = chalkStderr;
  /** Whether progress may be redrawn in place. */
  readonly live: boolean;

  constructor({ json = false, quiet = false }: { readonly json?: boolean; readonly quiet?: boolean }) {
    this.json = json;
    this.quiet = quiet;
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

  /** A line to standard error that is neither result nor error. */
  note(text: string): void {
    if (!this.quiet) process.stderr.write(`${text}\n`);
  }

  /** Waits until the reader of our output has taken all of it. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  }
}

const bigintAsNumber = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

const WITHOUT_COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');
const widthOf = (text: string): number => text.replaceAll(WITHOUT_COLOUR, '').length;

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
