import { spawn } from 'node:child_process';
import type { Command } from './daemon-process.js';

/**
 * Runs a program on our own terminal, such as a pager, to its end. A Ctrl-C in it is the program's own.
 *
 * @param input what stands in its standard input; without it, that is ours
 * @returns its exit code; undefined when it cannot be started, or a signal has ended it
 */
export async function runOnTerminal({ command, args }: Command, input?: string): Promise<number | undefined> {
  const child = spawn(command, args, { stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'] });
  child.stdin?.on('error', () => {}); // a pager need not read to the end
  child.stdin?.end(input);
  const passOver = (): void => {};
  process.on('SIGINT', passOver);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('close', (code) => resolve(code ?? undefined));
    });
  } finally {
    process.off('SIGINT', passOver);
  }
}
