import { createInterface } from 'node:readline';
import { throwIfAborted } from '../../core/errors.js';
import type { TerminalSize } from '../../process/terminal-child.js';

export const terminalSize = (): TerminalSize => ({
  columns: process.stdout.columns || 80,
  rows: process.stdout.rows || 24,
});

type Answer = { readonly typed: string } | { readonly key: 'ctrl-c' | 'ctrl-d'; readonly line: string };

/** The person at the terminal: asked for lines, and typing into what runs. */
export class Prompt {
  readonly #signal: AbortSignal;
  readonly #endsWith: string;
  #history: string[] = [];
  /** Lines that were pasted behind the one that was asked for. */
  #pasted: string[] = [];

  /** @param endsWith what is lost when the person ends the workshop, as a sentence */
  constructor(signal: AbortSignal, endsWith: string) {
    this.#signal = signal;
    this.#endsWith = endsWith;
  }

  /** @returns the line; undefined when the person wants to end the workshop, and said so */
  async ask(prompt: string): Promise<string | undefined> {
    for (;;) {
      const pasted = this.#pasted.shift()?.trim();
      if (pasted === '') continue; // an empty line in what was pasted is no Enter
      if (pasted !== undefined) return pasted;
      const answer = await this.#line(prompt);
      if ('typed' in answer) return answer.typed.trim();
      process.stdout.write('\n');
      if (answer.key === 'ctrl-c' && answer.line !== '') continue; // as in any shell it only drops the line
      if (await this.#wantsToEnd()) return undefined;
    }
  }

  /** Gives the terminal to what runs: what the person types goes there, Ctrl-C too. */
  async lend<T>(type: (keys: Buffer) => void, work: () => Promise<T>): Promise<T> {
    const { stdin } = process;
    stdin.setRawMode(true);
    stdin.on('data', type).resume();
    try {
      return await work();
    } finally {
      stdin.off('data', type).pause();
      stdin.setRawMode(false);
    }
  }

  async #wantsToEnd(): Promise<boolean> {
    const answer = await this.#line(`   End the workshop? ${this.#endsWith} y/N `);
    if ('typed' in answer) return /^y(es)?$/i.test(answer.typed.trim());
    process.stdout.write('\n');
    return true;
  }

  async #line(prompt: string): Promise<Answer> {
    throwIfAborted(this.#signal);
    const { stdin: input, stdout: output } = process;
    const reader = createInterface({ input, output, history: [...this.#history], prompt });
    const waiting = new AbortController();
    try {
      const answer = new Promise<Answer>((resolve) => {
        reader.on('history', (history) => (this.#history = history));
        reader.once('line', (typed) => {
          resolve({ typed });
          reader.on('line', (line) => this.#pasted.push(line));
        });
        reader.once('SIGINT', () => resolve({ key: 'ctrl-c', line: reader.line }));
        reader.once('close', () => resolve({ key: 'ctrl-d', line: '' }));
        this.#signal.addEventListener('abort', () => reader.close(), { signal: waiting.signal });
      });
      reader.prompt();
      return await answer;
    } finally {
      waiting.abort();
      reader.close();
      throwIfAborted(this.#signal);
    }
  }
}
