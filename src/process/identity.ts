import { readFileSync } from 'node:fs';
import { findProcess, isRunning } from './table.js';

/** One very process, also when it is read back from a file after the pid went to another program or after a reboot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  /** Start times count from the boot on Linux, so the boot is named too; empty where they are dates. */
  readonly boot: string;
}

/** Who has this pid now; undefined if nobody has, or only a zombie. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const entry = findProcess(pid);
  return entry && { pid, startTime: entry.startTime, boot: bootId() };
}

/** Whether that very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.boot === bootId() && isRunning(identity);
}

function bootId(): string {
  if (process.platform !== 'linux') return '';
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
