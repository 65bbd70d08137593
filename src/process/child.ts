import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';
import type { Command } from './daemon-process.js';
import type { Exit } from './held-process.js';
import { sendSignal } from './signal.js';

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A child that we talk with over its standard streams, and that ends with us. It leads a process group of its own, so
 * that `sweep` reaches whatever it started, and so that a Ctrl-C in the terminal reaches us alone.
 */
export class PipedChild {
  readonly pid: number;
  /** Resolves when the process has ended; its output may still be held open by what it started. */
  readonly exited: Promise<Exit>;
  /** Resolves when nothing holds its standard output and error open any more. */
  readonly closed: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  #exit: Exit | undefined;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.pid = child.pid!;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code: code ?? undefined, signal: signal ?? undefined };
        resolve(this.#exit);
      });
    });
    this.closed = new Promise((resolve) => child.once('close', () => resolve()));
    child.stdin.on('error', () => {}); // its end is told by `exited`
  }

  /**
   * Starts a program.
   *
   * @throws {LnPlayError} PLUGIN, with the system's reason, when it cannot be started at all
   */
  static async start({ command, args }: Command, options: ChildOptions): Promise<PipedChild> {
    const child = spawn(command, args, { ...options, detached: true, stdio: 'pipe' });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        const why = systemCode(cause) ?? messageOf(cause);
        reject(new LnPlayError('PLUGIN', `Cannot start ${command}: ${why}`, { cause }));
      });
    });
    return new PipedChild(child);
  }

  /** How it ended, or undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  onStdout(listener: (chunk: Buffer) => void): void {
    this.#child.stdout.on('data', listener);
  }

  onStderr(listener: (chunk: Buffer) => void): void {
    this.#child.stderr.on('data', listener);
  }

  write(text: string): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(text);
  }

  closeStdin(): void {
    this.#child.stdin.end();
  }

  /** Sends it a signal, where it still runs. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child.kill(signal);
  }

  /** What a Ctrl-C is to it and to all of its process group. */
  interrupt(): void {
    // Itself first: a shell breaks off what it does where it knows of the signal before its child has died of it.
    this.signal('SIGINT');
    sendSignal(-this.pid, 'SIGINT');
  }

  /** Kills it and all of its process group that is left, and lets go of its streams. */
  sweep(): void {
    sendSignal(-this.pid, 'SIGKILL');
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }
}
