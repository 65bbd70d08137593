import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, messageOf } from '../core/errors.js';
import { PipedChild, type ChildOptions } from '../process/child.js';
import { run } from '../process/run.js';
import { TerminalChild, type TerminalSize } from '../process/terminal-child.js';

/** A bash that is told what to run beside what a person may type into what it runs. */
export interface Bash {
  /** Whether what it runs has a terminal. */
  readonly hasTerminal: boolean;
  /** Resolves when it has ended. */
  readonly exited: Promise<unknown>;
  readonly ended: boolean;
  /** Told of all that it and what it runs print. */
  onOutput(listener: (text: string) => void): void;
  /** Lines that it runs next. */
  write(lines: string): Promise<void>;
  /** What a person types into what runs; without a terminal that can be no more than Ctrl-C. */
  type(keys: Buffer): void;
  resize(size: TerminalSize): void;
  /** Ends it with all that was started in it. */
  close(): Promise<void>;
}

/** Only an interactive shell outlives the Ctrl-C that breaks off its loop or list of commands. */
const ARGS = ['--noprofile', '--norc', '--noediting', '-i'];
/** What an interactive shell does besides, and nobody is there for: prompts, an end after a while. */
const WITHOUT = { PS1: '', PS2: '', PROMPT_COMMAND: undefined, TMOUT: undefined };
const CTRL_C = 3;

/**
 * Bash on a terminal of its own; where the machine can give none, on pipes.
 *
 * @param scratch an existing folder for the pipe by which it is told what to run
 */
export async function bashOnTerminal(scratch: string, { cwd, env }: ChildOptions, size: TerminalSize): Promise<Bash> {
  const pipe = join(scratch, 'commands');
  await run('mkfifo', ['-m', '600', pipe]);
  const script = { command: '/bin/sh', args: ['-c', `exec bash ${ARGS.join(' ')} < "$0"`, pipe] };
  const child = await TerminalChild.start(script, { cwd, env: { ...env, ...WITHOUT } }, size);
  if (!child) return await bashOnPipes({ cwd, env });
  const commands = await open(pipe, 'r+'); // for both, since opening it for one end alone waits for the other end
  return {
    hasTerminal: true,
    exited: child.exited,
    get ended() {
      return child.ended;
    },
    onOutput: (listener) => child.onOutput(listener),
    write: async (lines) => await commands.writeFile(lines),
    type: (keys) => child.type(keys),
    resize: (to) => child.resize(to),
    close: async () => {
      child.sweep();
      await commands.close();
      await child.exited;
    },
  };
}

/** @throws {LnPlayError} MISSING_BINARY if there is no bash */
export async function bashOnPipes({ cwd, env }: ChildOptions): Promise<Bash> {
  let child: PipedChild;
  try {
    child = await PipedChild.start({ command: 'bash', args: ARGS }, { cwd, env: { ...env, ...WITHOUT } });
  } catch (cause) {
    throw noBash(messageOf(cause));
  }
  child.write('exec 2>&1\n');
  return {
    hasTerminal: false,
    exited: child.exited,
    get ended() {
      return child.exit !== undefined;
    },
    onOutput: (listener) => child.onStdout((chunk) => listener(chunk.toString('utf8'))),
    write: (lines) => {
      child.write(lines);
      return Promise.resolve();
    },
    type: (keys) => {
      if (keys.includes(CTRL_C)) child.interrupt();
    },
    resize: () => {},
    close: async () => {
      child.sweep();
      await child.exited;
    },
  };
}

export const noBash = (why: string): LnPlayError =>
  new LnPlayError('MISSING_BINARY', 'There is no bash on this machine, and the workshop types into one', {
    hint: 'install bash',
    details: [why],
  });
