import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { freeBytes } from '../core/files.js';

/** Linux's own, in memory. */
const IN_MEMORY = '/dev/shm';
/** Of both the folder and the machine, in bytes: a playground takes some thirty megabytes, and may grow. */
const PLENTY = 2 * 1024 ** 3;

/**
 * Where folders are made that go with our process: in memory, where there is plenty of it, since daemons wait for the disk
 * some hundred times from their start to a first payment; else where all temporary files go. TMPDIR decides, where it is set.
 */
export async function temporaryRoot(): Promise<string> {
  const isGiven = process.env['TMPDIR'] !== undefined;
  return !isGiven && process.platform === 'linux' && (await isPlenty()) ? IN_MEMORY : tmpdir();
}

async function isPlenty(): Promise<boolean> {
  try {
    await access(IN_MEMORY, constants.W_OK | constants.X_OK);
    // what a container may have is less than what the machine has
    const hasMemory = process.availableMemory() >= PLENTY;
    return hasMemory && (await freeBytes(IN_MEMORY)) >= PLENTY && (await mayRunPrograms());
  } catch {
    return false; // there is none, or it cannot be told
  }
}

/** A plugin that is watched is run from its copy in the folder. */
async function mayRunPrograms(): Promise<boolean> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const [, , type, options = ''] = mounts.findLast(([, where]) => where === IN_MEMORY) ?? [];
  return type === 'tmpfs' && !options.split(',').includes('noexec');
}
