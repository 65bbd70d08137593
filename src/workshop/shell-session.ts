import { randomBytes } from 'node:crypto';
import { LnPlayError, throwIfAborted } from '../core/errors.js';
import { PipedChild } from '../process/child.js';

/** What a command printed, on both streams in order, and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly exitCode: number;
}

/**
 * One shell that lives through a whole workshop, so that variables, functions and background jobs of one step are there
 * in the next.
 */
export class ShellSession {
  readonly #child: PipedChild;
  readonly #mark = `done-${randomBytes(8).toString('hex')}`;
  #buffer = '';
  #wake: () => void = () => {};

  private constructor(child: PipedChild) {
    this.#child = child;
    child.onStdout((chunk) => {
      this.#buffer += chunk.toString('utf8');
      this.#wake();
    });
    void child.exited.then(() => this.#wake());
  }

  /** @throws {LnPlayError} MISSING_BINARY where there is no bash */
  static async start(cwd: string, env: NodeJS.ProcessEnv): Promise<ShellSession> {
    try {
      const child = await PipedChild.start({ command: 'bash', args: ['--noprofile', '--norc'] }, { cwd, env });
      child.write('exec 2>&1\n');
      return new ShellSession(child);
    } catch (cause) {
      throw new LnPlayError('MISSING_BINARY', 'There is no bash on this machine, and the workshop types into one', {
        hint: 'install bash',
        cause,
      });
    }
  }

  /**
   * Runs a command in the shell; it may have several lines.
   *
   * @param onOutput told of what it prints, as it comes
   * @throws {LnPlayError} STATE when the shell itself has ended; TIMEOUT; ABORTED
   */
  async run(
    command: string,
    {
      timeoutMs = 120_000,
      signal,
      onOutput,
    }: { timeoutMs?: number; signal?: AbortSignal; onOutput?: (text: string) => void } = {},
  ): Promise<Outcome> {
    this.#buffer = '';
    const quoted = command.replaceAll("'", String.raw`'\''`);
    this.#child.write(`eval '${quoted}' </dev/null\nprintf '\\n%s %s\\n' ${this.#mark} "$?"\n`);
    const ended = new RegExp(`\\n?${this.#mark} (\\d+)\\n`);
    const deadline = performance.now() + timeoutMs;
    let told = 0;
    for (;;) {
      throwIfAborted(signal);
      const match = ended.exec(this.#buffer);
      const end = match?.index ?? Math.max(told, this.#buffer.length - this.#mark.length - 2);
      if (onOutput && end > told) onOutput(this.#buffer.slice(told, end));
      told = Math.max(told, end);
      if (match) return { output: this.#buffer.slice(0, match.index), exitCode: Number(match[1]) };
      if (this.#child.exit) throw new LnPlayError('STATE', `The workshop's shell has ended in: ${command}`);
      if (performance.now() > deadline)
        throw new LnPlayError('TIMEOUT', `Waited ${timeoutMs / 1000} s for the end of: ${command}`, {
          details: this.#buffer.split('\n').slice(-8),
        });
      await this.#change(deadline - performance.now(), signal);
    }
  }

  /** Ends the shell and all that was started in it. */
  close(): void {
    this.#child.sweep();
  }

  /** Resolves at the next output, the shell's end, the signal or the deadline. */
  async #change(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
