/** Cuts a byte stream into lines of text. */
export class LineSplitter {
  #rest = '';
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer | string): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    if (!text.includes('\n')) {
      this.#rest += text; // not cut each time: a line of megabytes would take for ever
      return;
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#onLine(line.replace(/\r$/, ''));
  }

  /** The stream has ended: what is left is a line too. */
  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
