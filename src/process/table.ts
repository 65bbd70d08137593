import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Linux tells programs of times in hundredths of a second, on every machine (proc(5)). */
const MS_PER_TICK = 10;

/** A running process. Its pid is trusted only together with `startTime`, in whatever unit the system counts it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Its process group: the pid of the group's leader, who may have ended. */
  readonly group: number;
  readonly startTime: string;
  /** Whether a signal (SIGSTOP) or a debugger holds it in the middle of whatever it did. */
  readonly isStopped: boolean;
  readonly args: readonly string[];
  /** The arguments joined by spaces, where the system tells no more than that. */
  readonly commandLine?: string;
}

/**
 * Every process that this user can see. A process that ends while it is read is left out, or has no arguments: those are read
 * when somebody looks at them, as reading is slow.
 *
 * @param argument of those who are looked for: others may be left out
 */
export function listProcesses(argument?: string): ProcessEntry[] {
  return process.platform === 'linux' ? fromProc(argument) : fromPs();
}

let next: Promise<ProcessEntry[]> | undefined;

/** As `listProcesses`, read a moment later, once for all who ask until then: looking at each process is slow. */
export async function nextProcesses(): Promise<ProcessEntry[]> {
  next ??= nextTurn().then(() => {
    next = undefined;
    return listProcesses();
  });
  return await next;
}

/**
 * The processes that were started with exactly this argument, parents before their own forks: a daemon is found by the
 * folder it was told to use, so what runs is known without any file that could be stale.
 */
export function findByArgument(argument: string, table?: readonly ProcessEntry[]): ProcessEntry[] {
  const found = (table ?? listProcesses(argument)).filter(({ args, commandLine }) =>
    commandLine === undefined ? args.includes(argument) : `${commandLine} `.includes(` ${argument} `),
  );
  const pids = new Set(found.map(({ pid }) => pid));
  return found.filter(({ parent }) => !pids.has(parent));
}

/** A process and all that descend from it, each after its parent. */
export function descendants(pid: number, table: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  const self = table.filter((entry) => entry.pid === pid);
  const children = table.filter((entry) => entry.parent === pid);
  return [...self, ...children.flatMap((child) => descendants(child.pid, table))];
}

/** What outlived the leader of a process group; nothing if another process has the leader's pid by now. */
export function orphansOf(leader: number, table: readonly ProcessEntry[] = listProcesses()): ProcessEntry[] {
  return table.some(({ pid }) => pid === leader) ? [] : table.filter(({ group }) => group === leader);
}

/** Whether all of a process is stopped: on Linux each of its threads, of which one may be writing a file still. */
export function isHeld(pid: number): boolean {
  if (process.platform !== 'linux') return fromPs(pid)[0]?.isStopped ?? true;
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return true; // it has ended: it does nothing more either
  }
  return threads.every((thread) => readStat(pid, thread)?.isStopped ?? true);
}

/** Whether that very process still runs; a zombie does not. */
export function isRunning({ pid, startTime }: Pick<ProcessEntry, 'pid' | 'startTime'>): boolean {
  const entry = process.platform === 'linux' ? readStat(pid) : fromPs(pid)[0];
  return entry?.startTime === startTime;
}

/** When a process was started, in ms since 1970: to a hundredth of a second on Linux, and to a second elsewhere. */
export const startedAt = ({ startTime }: Pick<ProcessEntry, 'startTime'>): number =>
  process.platform === 'linux'
    ? Date.now() - uptime() * 1_000 + Number(startTime) * MS_PER_TICK
    : Date.parse(startTime);

/** The process with this pid, or undefined if there is none. */
export function findProcess(pid: number): ProcessEntry | undefined {
  return process.platform === 'linux' ? readProc(pid) : fromPs(pid)[0];
}

function fromProc(argument?: string): ProcessEntry[] {
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  const found = argument === undefined ? pids : pids.filter((pid) => readArgs(pid).includes(argument));
  return found.flatMap((pid) => readProc(pid) ?? []);
}

function readProc(pid: number): ProcessEntry | undefined {
  const stat = readStat(pid);
  if (!stat) return undefined;
  let args: readonly string[] | undefined;
  return {
    pid,
    ...stat,
    get args() {
      return (args ??= readArgs(pid));
    },
  };
}

function readArgs(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return []; // it has ended meanwhile
  }
}

function readStat(pid: number, thread?: string): Omit<ProcessEntry, 'pid' | 'args'> | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}${thread === undefined ? '' : `/task/${thread}`}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Reads /proc/PID/stat, proc(5): the command's name in parentheses may hold anything, so the fields are counted from the
 * last of them.
 *
 * @returns undefined for a process that has ended and only waits to be fetched
 */
export function parseStat(stat: string): Omit<ProcessEntry, 'pid' | 'args'> | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  return state === 'Z' || state === 'X'
    ? undefined
    : { parent: Number(parent), group: Number(group), startTime: fields[19]!, isStopped: /^[Tt]$/.test(state!) };
}

function fromPs(pid?: number): ProcessEntry[] {
  const which = pid === undefined ? ['-ax'] : ['-p', String(pid)];
  try {
    const options = [...which, '-ww', '-o', 'pid=,ppid=,pgid=,stat=,lstart=,command='];
    // dates in English, whatever the user's language
    return parsePs(execFileSync('ps', options, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }));
  } catch {
    return []; // ps exits 1 when there is no such process
  }
}

/** Reads `ps -o pid=,ppid=,pgid=,stat=,lstart=,command=`. ps joins the arguments with spaces: `args` is a guess. */
export function parsePs(text: string): ProcessEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line);
    if (!match || match[4]!.startsWith('Z')) return [];
    const isStopped = match[4]!.startsWith('T');
    const [pid, parent, group] = match.slice(1, 4).map(Number) as [number, number, number];
    const commandLine = match[6]!;
    const args = commandLine.split(/ (?=-)/).flatMap((part, index) => (index === 0 ? part.split(' ') : [part]));
    return [{ pid, parent, group, startTime: match[5]!, isStopped, args, commandLine }];
  });
}
