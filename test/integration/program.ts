import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type Program = ChildProcessByStdio<null, Readable, null>;

/** A program of ours in a process of its own, which can be killed. */
export const runProgram = (script: string): Program =>
  spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });

/** What a program has printed as JSON once it has ended. */
export async function printedBy(program: Program): Promise<unknown> {
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  await once(program, 'close');
  return JSON.parse(output);
}
