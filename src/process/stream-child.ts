import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Command } from './daemon-process.js';

/** A program whose standard input and output are one stream, for bytes to go through. */
export interface StreamChild {
  readonly stream: Duplex;
  /** Resolves when it has ended, with what it said on standard error last. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
  readonly kill: () => void;
}

/** How much of its standard error is kept, in characters. */
const KEPT = 2_000;

/** Starts it; one that cannot be started ends at once, and says why. */
export function startStream({ command, args }: Command): StreamChild {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-KEPT)));
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  stream.on('error', () => {}); // its end is told by `ended`
  child.stdin.on('error', () => {});
  const ended = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, said: error.message }));
    child.once('close', (code) => resolve({ code, said: said.trim() }));
  });
  return { stream, ended, kill: () => void child.kill() };
}
