import { randomBytes } from 'node:crypto';
import { LnPlayError, throwIfAborted } from '../core/errors.js';
import { PipedChild } from '../process/child.js';

/** What a command printed, on both streams in order and unless it was told of, and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly exitCode: number;
}

/** Only an interactive shell outlives the Ctrl-C that breaks off its loop or list of commands. */
const BASH = { command: 'bash', args: ['--noprofile', '--norc', '--noediting', '-i'] };
/** What an interactive shell does besides, and nobody is there for: prompts, mail, history, an end after a while. */
const WITHOUT = { PROMPT_COMMAND: undefined, TMOUT: undefined };
const QUIETLY = 'PS1= PS2=; unset HISTFILE MAILCHECK; set +o history +o histexpand; exec 2>&1';

/**
 * One shell that lives through a whole workshop, so that variables, functions and background jobs of one step are there
 * in the next.
 */
export class ShellSession {
  readonly #child: PipedChild;
  readonly #mark = `done-${randomBytes(8).toString('hex')}`;
  #buffer = '';
  #wake: () => void = () => {};
  /** What runs in the background, started by earlier commands. */
  #background: ReadonlySet<number> = new Set();

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
      const child = await PipedChild.start(BASH, { cwd, env: { ...env, ...WITHOUT } });
      child.write(`${QUIETLY}\n`);
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
   * @param timeoutMs Infinity for one that may go on until it is interrupted
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
    this.#background = new Set(this.#child.others());
    const quoted = command.replaceAll("'", String.raw`'\''`);
    this.#child.write(`eval '${quoted}' </dev/null\nprintf '\\n%s %s\\n' ${this.#mark} "$?"\n`);
    const ended = new RegExp(`\\n?${this.#mark} (\\d+)\\n`);
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      throwIfAborted(signal);
      const match = ended.exec(this.#buffer);
      if (onOutput) this.#tell(onOutput, match?.index ?? this.#safeLength());
      if (match) return { output: onOutput ? '' : this.#buffer.slice(0, match.index), exitCode: Number(match[1]) };
      if (this.#child.exit) throw new LnPlayError('STATE', `The workshop's shell has ended in: ${command}`);
      if (performance.now() > deadline)
        throw new LnPlayError('TIMEOUT', `Waited ${timeoutMs / 1000} s for the end of: ${command}`, {
          details: this.#buffer.split('\n').slice(-8),
        });
      await this.#change(deadline - performance.now(), signal);
    }
  }

  /**
   * Ends the command that runs, as Ctrl-C does, or by force. The shell itself goes on, and what it runs in the background.
   */
  interrupt(signal: 'SIGINT' | 'SIGKILL'): void {
    // The shell first: it breaks off what it does where it knows of the signal before its child has died of it.
    this.#child.signal('SIGINT');
    this.#child.signalOthers(signal, this.#background);
  }

  /** Ends the shell and all that was started in it. */
  close(): void {
    this.#child.sweep();
  }

  /** How much of what has been printed cannot be the beginning of the mark, which begins a line. */
  #safeLength(): number {
    const at = this.#buffer.lastIndexOf('\n');
    const [line, mark] = [this.#buffer.slice(at), `\n${this.#mark} `];
    return at >= 0 && (mark.startsWith(line) || line.startsWith(mark)) ? at : this.#buffer.length;
  }

  /** Passes on the first characters of what has been printed. */
  #tell(onOutput: (text: string) => void, count: number): void {
    if (count <= 0) return;
    onOutput(this.#buffer.slice(0, count));
    this.#buffer = this.#buffer.slice(count);
  }

  /** Resolves at the next output, the shell's end, the signal or the deadline. */
  async #change(timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = timeoutMs === Infinity ? undefined : setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }
}
