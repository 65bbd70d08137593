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

  /** The value of `key` that counts, '' for a flag, undefined where it is not set. */
  get(key: string): string | undefined {
    const line = this.#lines[this.#find(key)];
    return line?.slice(line.indexOf('=') === -1 ? line.length : line.indexOf('=') + 1).trim();
  }

  /** Sets `key` where it stands, or else at the end; with `undefined` as a flag without a value. */
  set(key: string, value: string | undefined): void {
    const line = value === undefined ? key : `${key}=${value}`;
    const index = this.#find(key);
    if (index === -1) this.#lines.push(line);
    else this.#lines[index] = line;
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
