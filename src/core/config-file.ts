/**
 * A `key=value` file as bitcoind and lightningd read it, kept line by line: what a person wrote into it, their comments
 * and their order, stays.
 */
export class ConfigFile {
  readonly #lines: string[];

  constructor(text: string) {
    this.#lines = text.split('\n');
    if (this.#lines.at(-1) === '') this.#lines.pop();
  }

  /** The last value of `key`, '' for a flag, undefined where it is not set. */
  get(key: string): string | undefined {
    const line = this.#lines.findLast((candidate) => keyOf(candidate) === key);
    return line?.slice(line.indexOf('=') === -1 ? line.length : line.indexOf('=') + 1).trim();
  }

  /** Sets `key` where it stands, or else at the end; with `undefined` as a flag without a value. */
  set(key: string, value: string | undefined): void {
    const line = value === undefined ? key : `${key}=${value}`;
    const index = this.#lines.findLastIndex((candidate) => keyOf(candidate) === key);
    if (index === -1) this.#lines.push(line);
    else this.#lines[index] = line;
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

const keyOf = (line: string): string | undefined => /^\s*([^#[\s=]+)\s*(=|$)/.exec(line)?.[1];
