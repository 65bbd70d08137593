/**
 * A `key=value` file as bitcoind and lightningd read it, kept line by line: what a person wrote into it, their comments
 * and their order, stays.
 */
export class ConfigFile {
  readonly #lines: string[];
  readonly #wins: 'first' | 'last';

  /** @param wins which of several lines with one key counts: the last for lightningd, the first for bitcoind */
  constructor(text: string, wins: 'first' | 'last' = 'last') {
    this.#wins = wins;
    this.#lines = text.split('\n');
    if (this.#lines.at(-1) === '') this.#lines.pop();
  }

  /** The value of `key` that counts, '' for a flag, undefined if it is not set. */
  get(key: string): string | undefined {
    const line = this.#lines[this.#find(key)];
    return line === undefined ? undefined : valueOf(line);
  }

  /** Sets `key` where it stands, or else at the end; with `undefined` as a flag without a value. */
  set(key: string, value: string | undefined): void {
    const line = value === undefined ? key : `${key}=${value}`;
    const index = this.#find(key);
    if (index === -1) this.#lines.push(line);
    else this.#lines[index] = line;
  }

  /** Adds a line for an option that may be given several times, unless there is just that line. */
  include(key: string, value: string): void {
    if (!this.#lines.some((line) => keyOf(line) === key && valueOf(line) === value))
      this.#lines.push(`${key}=${value}`);
  }

  /** Takes out each line with `key`, or with that and just this value. */
  remove(key: string, value?: string): void {
    const isMeant = (line: string): boolean => keyOf(line) === key && (value === undefined || valueOf(line) === value);
    this.#lines.splice(0, this.#lines.length, ...this.#lines.filter((line) => !isMeant(line)));
  }

  /** Each line that sets something, in order; without a value for a flag. */
  entries(): { readonly key: string; readonly value: string | undefined }[] {
    return this.#lines.flatMap((line) => {
      const key = keyOf(line);
      return key === undefined ? [] : [{ key, value: line.includes('=') ? valueOf(line) : undefined }];
    });
  }

  /** Makes a comment of each line that `isOut` says. */
  comment(isOut: (key: string, value: string | undefined) => boolean): void {
    for (const [index, line] of this.#lines.entries()) {
      const key = keyOf(line);
      if (key !== undefined && isOut(key, line.includes('=') ? valueOf(line) : undefined))
        this.#lines[index] = `# left out: ${line}`;
    }
  }

  /** Puts another value in the place of each; lines whose value stays are kept as they are. */
  map(change: (value: string) => string): void {
    for (const [index, line] of this.#lines.entries()) {
      const key = keyOf(line);
      const value = key === undefined ? '' : valueOf(line);
      if (value !== '' && change(value) !== value) this.#lines[index] = `${key}=${change(value)}`;
    }
  }

  #find(key: string): number {
    const is = (candidate: string): boolean => keyOf(candidate) === key;
    return this.#wins === 'first' ? this.#lines.findIndex(is) : this.#lines.findLastIndex(is);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

const keyOf = (line: string): string | undefined => /^\s*([^#[\s=]+)\s*(=|$)/.exec(line)?.[1];

const valueOf = (line: string): string => (line.includes('=') ? line.slice(line.indexOf('=') + 1).trim() : '');
