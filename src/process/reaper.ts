import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from './daemon-process.js';

export interface Reaper {
  /** Adds an argument to those that its command will get; it has it when this resolves. No blanks in it. */
  readonly tell: (argument: string) => Promise<void>;
  /** Ends the reaper without its command, since there is nothing left to clean up; resolves when it has ended. */
  readonly dismiss: () => Promise<void>;
}

/**
 * Has a command run when our own process ends without having dismissed it, even by `kill -9`: a shell in a session of
 * its own reads a pipe that only we hold, and runs the command at the pipe's end.
 */
export async function startReaper({ command, args }: Command): Promise<Reaper> {
  const shell = spawn('/bin/sh', ['-c', 'told=$(cat); exec "$@" $told >/dev/null 2>&1', 'sh', command, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  await new Promise<void>((resolve, reject) => shell.once('spawn', resolve).once('error', reject));
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void }).unref?.();
  return {
    tell: (argument) =>
      new Promise((resolve, reject) => {
        shell.stdin.write(`${argument}\n`, (error) => (error ? reject(error) : resolve()));
      }),
    dismiss: async () => {
      if (shell.exitCode !== null || shell.signalCode !== null) return;
      const ended = once(shell, 'exit');
      shell.ref();
      process.kill(-shell.pid!, 'SIGKILL');
      await ended;
    },
  };
}
