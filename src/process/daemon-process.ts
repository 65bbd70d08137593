import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';
import { waitFor } from '../core/wait.js';
import { EndWatch } from './end-watch.js';
import type { Exit, HeldProcess } from './held-process.js';
import type { KeptCommand } from './keeper/kept-process.js';
import { sendSignal } from './signal.js';
import { descendants, findProcess, isRunning, orphansOf, type ProcessEntry } from './table.js';

/** How a program is started: `args` come before all others, for programs that an interpreter runs. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it runs elsewhere, and a keeper stands for it: the arguments are what that is told then. */
  readonly kept?: KeptCommand | undefined;
}

/**
 * A process that outlives the command that started it. It leads a session of its own, so that a Ctrl-C in the terminal
 * reaches us alone and we end it in order.
 */
export class DaemonProcess implements HeldProcess {
  readonly pid: number;
  readonly #entry: Pick<ProcessEntry, 'pid' | 'startTime'>;
  /** Of a child the kernel tells us the exit; any other process is watched by its pid and start time. */
  readonly #isChild: boolean;
  #exit: Exit | undefined;
  readonly #watch = new EndWatch(() => this.exit);

  private constructor(entry: Pick<ProcessEntry, 'pid' | 'startTime'>, child?: ChildProcess) {
    this.#entry = entry;
    this.pid = entry.pid;
    this.#isChild = child !== undefined;
    child?.once('exit', (code, signal) => (this.#exit = { code: code ?? undefined, signal: signal ?? undefined }));
  }

  /**
   * Starts a program in the background, its output appended to `outputFile`.
   *
   * @throws {LnPlayError} MISSING_BINARY or DAEMON when it cannot be started at all; FILESYSTEM for its output file
   */
  static async start(
    { command, args }: Command,
    options: { readonly cwd: string; readonly outputFile: string; readonly env?: NodeJS.ProcessEnv },
  ): Promise<DaemonProcess> {
    let output: number;
    try {
      mkdirSync(dirname(options.outputFile), { recursive: true, mode: 0o700 });
      output = openSync(options.outputFile, 'a', 0o600);
    } catch (cause) {
      throw new LnPlayError('FILESYSTEM', `Cannot write ${options.outputFile}: ${messageOf(cause)}`, { cause });
    }
    try {
      const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        detached: true,
        stdio: ['ignore', output, output],
      });
      await spawned(child, command);
      child.unref();
      const pid = child.pid!;
      return new DaemonProcess({ pid, startTime: findProcess(pid)?.startTime ?? 'ended' }, child);
    } finally {
      closeSync(output);
    }
  }

  /** Takes hold of a process that another command started. */
  static adopt(entry: ProcessEntry): DaemonProcess {
    return new DaemonProcess(entry);
  }

  get exit(): Exit | undefined {
    if (!this.#isChild && !isRunning(this.#entry)) this.#exit ??= {};
    return this.#exit;
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  get ended(): Promise<Exit> {
    return this.#watch.ended;
  }

  unwatch(): void {
    this.#watch.stop();
  }

  async waitForExit(timeoutMs: number): Promise<Exit> {
    return await waitFor<Exit>(
      `process ${this.pid} to end`,
      () => {
        const { exit } = this;
        return Promise.resolve(exit ? { done: exit } : { seen: 'still running' });
      },
      { timeoutMs },
    );
  }

  signal(signal: NodeJS.Signals): void {
    if (isRunning(this.#entry)) sendSignal(this.pid, signal);
  }

  get waitsFor(): undefined {
    return undefined;
  }

  family(table?: readonly ProcessEntry[]): ProcessEntry[] {
    return descendants(this.pid, table);
  }

  orphans(table?: readonly ProcessEntry[]): ProcessEntry[] {
    return orphansOf(this.pid, table);
  }
}

async function spawned(child: ChildProcess, command: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      const missing = systemCode(cause) === 'ENOENT';
      reject(
        new LnPlayError(missing ? 'MISSING_BINARY' : 'DAEMON', `Cannot start ${command}: ${messageOf(cause)}`, {
          hint: 'run `ln-play doctor` to see which programs are found, and where',
          cause,
        }),
      );
    });
  });
}
