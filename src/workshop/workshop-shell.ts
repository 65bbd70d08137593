import { join } from 'node:path';
import { isThere, makePrivateFolder } from '../core/files.js';
import { shellWord } from '../core/shell.js';
import type { TerminalSize } from '../process/terminal-child.js';
import { environment, prelude, remember } from './shell-environment.js';
import { ShellSession, type Outcome } from './shell-session.js';

export interface WorkshopShellOptions {
  /** The playground's folder. */
  readonly dir: string;
  /** Where commands are typed. */
  readonly work: string;
  /** Where files of the workshop's own are. */
  readonly scratch: string;
  readonly lightningd: string | undefined;
  readonly terminal: (() => TerminalSize) | undefined;
  readonly onScreen: (text: string) => void;
}

/** The shell of a workshop, which remembers its variables and functions beyond its own end. */
export class WorkshopShell {
  readonly #options: WorkshopShellOptions;
  readonly #memory: string;
  #session: ShellSession;

  private constructor(options: WorkshopShellOptions, session: ShellSession) {
    this.#options = options;
    this.#memory = join(options.scratch, 'shell');
    this.#session = session;
  }

  /** @throws {LnPlayError} MISSING_BINARY if there is no bash or no lightningd; FILESYSTEM */
  static async open(options: WorkshopShellOptions): Promise<WorkshopShell> {
    await makePrivateFolder(options.work);
    const shell = new WorkshopShell(options, await begin(options));
    await shell.#recall();
    return shell;
  }

  /** A new shell in place of one that has ended, with what was remembered. */
  async revive(): Promise<void> {
    await this.#session.close();
    this.#session = await begin(this.#options);
    await this.#recall();
  }

  /** As `ShellSession.run`. */
  async run(command: string, options?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Outcome> {
    return await this.#session.run(command, options);
  }

  /** As `ShellSession.runTyped`. */
  async runTyped(command: string, signal?: AbortSignal): Promise<number> {
    return await this.#session.runTyped(command, signal);
  }

  async remember(): Promise<void> {
    await this.#session.run(remember(this.#memory));
  }

  type(keys: Buffer): void {
    this.#session.type(keys);
  }

  resize(size: TerminalSize): void {
    this.#session.resize(size);
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async #recall(): Promise<void> {
    const { dir, lightningd } = this.#options;
    await this.#session.run(await prelude(environment(dir, lightningd)));
    if (await isThere(this.#memory)) await this.#session.run(`. ${shellWord(this.#memory)}`);
  }
}

async function begin({
  dir,
  work,
  scratch,
  lightningd,
  terminal,
  onScreen,
}: WorkshopShellOptions): Promise<ShellSession> {
  const env = environment(dir, lightningd);
  return await ShellSession.start({ scratch, cwd: work, env, terminal: terminal?.(), onScreen });
}
