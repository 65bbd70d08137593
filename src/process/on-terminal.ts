import { spawn } from 'node:child_process';
import type { Command } from './daemon-process.js';

/**
 * Runs a program on our own terminal, such as a pager, to its end. A Ctrl-C in it is the program's own; a SIGTERM to us
 * is handed on to it.
 *
 * @param options input: what stands in its standard input; without it, that is ours. env: added to our environment
 * @returns its exit code; undefined when it cannot be started, or a signal has ended it
 */
export async function runOnTerminal(
  { command, args }: Command,
  { input, env }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<number | undefined> {
  const child = spawn(command, args, {
    stdio: [input === undefined ? 'inherit' : 'pipe', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  child.stdin?.on('error', () => {}); // a pager need not read to the end
  child.stdin?.end(input);
  const passOver = (): void => {};
  const handOn = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', passOver);
  process.on('SIGTERM', handOn);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('close', (code) => resolve(code ?? undefined));
    });
  } finally {
    process.off('SIGINT', passOver);
    process.off('SIGTERM', handOn);
  }
}
