import { StringDecoder } from 'node:string_decoder';
import type { IPty } from '@lydell/node-pty';
import type { ChildOptions } from './child.js';
import type { Command } from './daemon-process.js';
import { sendSignal } from './signal.js';
import { descendants } from './table.js';

/** In characters, as a terminal counts them. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * A child on a terminal of its own (a pseudo terminal, pty(7)): it leads the terminal's session, so that what it runs has
 * job control, Ctrl-C, pagers and editors, as anywhere.
 */
export class TerminalChild {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  readonly #pty: IPty;
  /** A key may come in two halves. */
  readonly #keys = new StringDecoder('utf8');
  #ended = false;

  private constructor(pty: IPty) {
    this.#pty = pty;
    this.pid = pty.pid;
    this.exited = new Promise((resolve) => {
      pty.onExit(() => {
        this.#ended = true;
        resolve();
      });
    });
  }

  /** @returns undefined if this machine is one that the pty library has no binary for */
  static async start(
    { command, args }: Command,
    { cwd, env }: ChildOptions,
    { columns, rows }: TerminalSize,
  ): Promise<TerminalChild | undefined> {
    const library = await import('@lydell/node-pty').catch(() => undefined); // its binaries are for glibc and macOS
    if (!library) return undefined;
    const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
    return new TerminalChild(library.spawn(command, [...args], { cwd, env: set, cols: columns, rows }));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Told of all that comes to the terminal's screen, its escape sequences included. */
  onOutput(listener: (text: string) => void): void {
    this.#pty.onData(listener);
  }

  /** What a person types: a Ctrl-C is what it is on any terminal. */
  type(keys: Buffer): void {
    if (!this.#ended) this.#pty.write(this.#keys.write(keys));
  }

  resize({ columns, rows }: TerminalSize): void {
    if (!this.#ended) this.#pty.resize(columns, rows);
  }

  /** Kills it and all that it has started. */
  sweep(): void {
    for (const { pid } of descendants(this.pid).toReversed()) sendSignal(pid, 'SIGKILL');
  }
}
