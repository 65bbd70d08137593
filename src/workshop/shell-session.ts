import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, throwIfAborted } from '../core/errors.js';
import { makePrivateFolder, removeTree } from '../core/files.js';
import { shellWord } from '../core/shell.js';
import type { ChildOptions } from '../process/child.js';
import type { TerminalSize } from '../process/terminal-child.js';
import { bashOnPipes, bashOnTerminal, noBash, type Bash } from './bash.js';

/** What a command printed, on both streams in order, and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly exitCode: number;
}

export interface SessionOptions extends ChildOptions {
  /** Where files of the session's own may be: they go with it. */
  readonly scratch: string;
  /** How large the person's terminal is; undefined if there is none. */
  readonly terminal?: TerminalSize | undefined;
  /** Told of what comes to the screen: from what the person runs, and from what runs in the background. */
  readonly onScreen?: (text: string) => void;
}

const QUIETLY = 'unset HISTFILE MAILCHECK; set +o history +o histexpand';
/** What a program may have left behind is put right, and what is typed while none runs is not shown twice. */
const AT_REST = '{ stty "$_tty"; stty -echo; } </dev/tty';
/** An escape sequence that terminals pass over (APC), so that nothing is seen of it. */
const mark = (name: string): string => `\u001B_ln-play ${name} `;
const END = '\u001B\\';

/**
 * One shell that lives through a whole workshop, so that variables, functions and background jobs of one step are there
 * in the next.
 */
export class ShellSession {
  readonly #bash: Bash;
  readonly #folder: string;
  readonly #onScreen: (text: string) => void;
  readonly #name = randomBytes(8).toString('hex');
  /** What has come from the shell and may be the beginning of the mark. */
  #buffer = '';
  #ended: ((exitCode: number) => void) | undefined;
  #count = 0;

  private constructor(bash: Bash, folder: string, onScreen: (text: string) => void) {
    this.#bash = bash;
    this.#folder = folder;
    this.#onScreen = onScreen;
    bash.onOutput((text) => this.#take(text));
  }

  /** @throws {LnPlayError} MISSING_BINARY if there is no bash */
  static async start({ scratch, cwd, env, terminal, onScreen }: SessionOptions): Promise<ShellSession> {
    await makePrivateFolder(scratch);
    const folder = await mkdtemp(join(scratch, 'shell-'));
    let opened = false; // what a shell says before it is told to be quiet is for nobody
    try {
      const bash = terminal ? await bashOnTerminal(folder, { cwd, env }, terminal) : await bashOnPipes({ cwd, env });
      const session = new ShellSession(bash, folder, (text) => {
        if (opened) onScreen?.(text);
      });
      try {
        await session.run(bash.hasTerminal ? `_tty=$(stty -g </dev/tty); ${QUIETLY}` : QUIETLY);
      } catch (error) {
        await bash.close();
        throw error instanceof LnPlayError && error.code === 'STATE' ? noBash(error.message) : error;
      }
      opened = true;
      return session;
    } catch (error) {
      await removeTree(folder);
      throw error;
    }
  }

  /**
   * Runs a command, which may have several lines, with nothing in its standard input, and keeps what it prints.
   *
   * @param timeoutMs Infinity for one that may go on until it is interrupted
   * @throws {LnPlayError} STATE when the shell itself has ended; TIMEOUT; ABORTED
   */
  async run(
    command: string,
    { timeoutMs = 120_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Outcome> {
    const file = join(this.#folder, `output-${this.#count++}`); // another one: what runs in the background has the last
    try {
      const line = `NO_COLOR=1 eval ${shellWord(command)} </dev/null >${shellWord(file)} 2>&1`;
      const exitCode = await this.#await(line, command, { timeoutMs, signal });
      return { output: await readFile(file, 'utf8'), exitCode };
    } catch (error) {
      if (!(error instanceof LnPlayError && error.code === 'TIMEOUT')) throw error;
      const output = await readFile(file, 'utf8');
      throw new LnPlayError('TIMEOUT', error.message, { details: output.split('\n').slice(-8) });
    } finally {
      await rm(file, { force: true });
    }
  }

  /**
   * Runs what a person typed, on the terminal if there is one.
   *
   * @returns its exit code
   * @throws {LnPlayError} STATE when the shell itself has ended; ABORTED
   */
  async runTyped(command: string, signal?: AbortSignal): Promise<number> {
    const line = this.#bash.hasTerminal
      ? `stty echo </dev/tty; eval ${shellWord(command)} </dev/tty`
      : `eval ${shellWord(command)} </dev/null`;
    return await this.#await(line, command, { timeoutMs: Infinity, signal });
  }

  /** What the person types while a command runs. */
  type(keys: Buffer): void {
    this.#bash.type(keys);
  }

  resize(size: TerminalSize): void {
    this.#bash.resize(size);
  }

  /** Ends the shell and all that was started in it. */
  async close(): Promise<void> {
    await this.#bash.close();
    await removeTree(this.#folder);
  }

  async #await(
    line: string,
    command: string,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
  ): Promise<number> {
    throwIfAborted(signal);
    const waiting = new AbortController();
    const ended = new Promise<number>((resolve) => (this.#ended = resolve));
    const others = new Promise<'exited' | 'aborted' | 'late'>((resolve) => {
      void this.#bash.exited.then(() => resolve('exited'));
      signal?.addEventListener('abort', () => resolve('aborted'), { signal: waiting.signal });
      if (timeoutMs !== Infinity) {
        const timer = setTimeout(() => resolve('late'), timeoutMs);
        waiting.signal.addEventListener('abort', () => clearTimeout(timer));
      }
    });
    try {
      const atRest = this.#bash.hasTerminal ? `; ${AT_REST}` : '';
      await this.#bash.write(`${line}\nprintf '\\033_ln-play %s %s\\033\\\\' ${this.#name} "$?"${atRest}\n`);
      const how = await Promise.race([ended, others]);
      if (typeof how === 'number') return how;
      throwIfAborted(signal);
      throw how === 'exited'
        ? new LnPlayError('STATE', `The workshop's shell has ended in: ${command}`)
        : new LnPlayError('TIMEOUT', `Waited ${timeoutMs / 1000} s for the end of: ${command}`);
    } finally {
      this.#ended = undefined;
      waiting.abort();
    }
  }

  /** Passes on what comes from the shell, but the marks. */
  #take(text: string): void {
    this.#buffer += text;
    const begin = mark(this.#name);
    for (;;) {
      const at = this.#buffer.indexOf(begin);
      const end = at === -1 ? -1 : this.#buffer.indexOf(END, at);
      if (end === -1) break;
      this.#tell(at);
      const exitCode = Number(this.#buffer.slice(begin.length, end - at));
      this.#buffer = this.#buffer.slice(end - at + END.length);
      this.#ended?.(exitCode);
    }
    const escape = this.#buffer.lastIndexOf('\u001B');
    const rest = this.#buffer.slice(Math.max(escape, 0));
    this.#tell(escape >= 0 && (begin.startsWith(rest) || rest.startsWith(begin)) ? escape : this.#buffer.length);
  }

  #tell(count: number): void {
    if (count === 0) return;
    this.#onScreen(this.#buffer.slice(0, count));
    this.#buffer = this.#buffer.slice(count);
  }
}
