import { readFileSync } from 'node:fs';
import { descendants } from '../../../dist/process/table.js';

const TICK_MS = 10; // USER_HZ of proc(5)

const sumOver = (pid, of) => descendants(pid).reduce((sum, process) => sum + of(process.pid), 0);

/** User and system time of a process and its own, as proc(5) has it in fields 14 and 15 of stat. */
export const cpuMs = (pid) =>
  sumOver(pid, (each) => {
    const stat = readFileSync(`/proc/${each}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  });

/** One process: all that is resident. A family of them: each its share of what they share, or it would count often. */
export function residentMb(pid) {
  const alone = descendants(pid).length === 1;
  const read = (each) =>
    Number((alone ? /^Rss:\s+(\d+)/m : /^Pss:\s+(\d+)/m).exec(readFileSync(`/proc/${each}/smaps_rollup`, 'latin1'))[1]);
  return sumOver(pid, read) / 1024;
}
