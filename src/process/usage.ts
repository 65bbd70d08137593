import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

/** What a process takes. */
export interface Usage {
  /** Of one core, in percent, on the average since it began. */
  readonly cpu: number;
  /** What is resident in memory, in kB. */
  readonly memoryKb: number;
}

/** The kernel tells times of processes in this many ticks a second, on all that Linux runs on. */
const TICKS = 100;

/** What these processes take, by pid; one that has ended is left out. */
export function usageOf(pids: readonly number[]): ReadonlyMap<number, Usage> {
  if (pids.length === 0) return new Map();
  return process.platform === 'linux' ? fromProc(pids) : fromPs(pids);
}

function fromProc(pids: readonly number[]): ReadonlyMap<number, Usage> {
  const uptimeS = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const found = new Map<number, Usage>();
  for (const pid of pids)
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const [user, system, began] = [fields[11], fields[12], fields[19]].map((ticks) => Number(ticks) / TICKS);
      const memory = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
      const livedS = Math.max(uptimeS - began!, 1 / TICKS);
      found.set(pid, { cpu: Math.round(((user! + system!) / livedS) * 1000) / 10, memoryKb: Number(memory) });
    } catch {
      // it has ended
    }
  return found;
}

function fromPs(pids: readonly number[]): ReadonlyMap<number, Usage> {
  try {
    const options = ['-o', 'pid=,pcpu=,rss=', '-p', pids.join(',')];
    const text = execFileSync('ps', options, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    const rows = Array.from(text.matchAll(/^\s*(\d+)\s+([\d.]+)\s+(\d+)\s*$/gm), ([, ...row]) => row.map(Number));
    return new Map(rows.map(([pid, cpu, memoryKb]) => [pid!, { cpu: cpu!, memoryKb: memoryKb! }]));
  } catch {
    return new Map(); // ps exits 1 where none of them is left
  }
}
