import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, mkdir, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect } from 'vitest';
import { LnPlayError } from '../../src/core/errors.js';
import { waitFor, type Probe } from '../../src/core/wait.js';
import { EMBEDDED, embeddedLightningd } from '../../src/daemons/executables/embedded.js';
import { findLightningd } from '../../src/daemons/executables/find.js';
import type { Implementation } from '../../src/daemons/implementation.js';
import type { NodeSpec } from '../../src/network/spec.js';
import type { PlaygroundStatus } from '../../src/network/status.js';
import { sendSignal } from '../../src/process/signal.js';
import { listProcesses, type ProcessEntry } from '../../src/process/table.js';

/** How a suite asks for one lightningd: options of `Playground.start` and `up`, and the same as flags. */
export interface LightningdOptions {
  readonly lightningd: string;
  readonly flags: readonly ['--lightningd', string];
}

type Found = { readonly lightningd: string } | { readonly whyNot: string };

/** Each kind of lightningd, and how it is found on this machine. */
const IMPLEMENTATIONS: { readonly [I in Implementation]: () => Promise<Found> } = {
  cln: async () => {
    try {
      const { executable } = await findLightningd();
      if (executable.implementation === 'cln') return { lightningd: executable.command };
      return {
        whyNot: `no Core Lightning: ${executable.source === 'variable' ? 'LIGHTNINGD_EXE says embedded' : 'no lightningd in LIGHTNINGD_EXE or on PATH'}`,
      };
    } catch (error) {
      if (error instanceof LnPlayError) return { whyNot: `no Core Lightning: ${error.message}` };
      throw error;
    }
  },
  embedded: async () =>
    (await embeddedLightningd()) ? { lightningd: EMBEDDED } : { whyNot: 'the package has no embedded lightningd' },
};

const found = await Promise.all(
  Object.entries(IMPLEMENTATIONS).map(async ([name, find]) => ({ name: name as Implementation, ...(await find()) })),
);

/**
 * Runs a suite once for each lightningd there is. For one there is none of, its tests are skipped, and the end of the run
 * says so with their number (skipped-reporter.ts).
 */
export function describeEach(suite: (implementation: Implementation, options: LightningdOptions) => void): void {
  for (const each of found) {
    if ('whyNot' in each) {
      const nowhere = '/nonexistent/lightningd';
      describe.skip(`${each.name} (skipped: ${each.whyNot})`, () =>
        suite(each.name, { lightningd: nowhere, flags: ['--lightningd', nowhere] }));
    } else {
      const { lightningd } = each;
      describe(each.name, () => suite(each.name, { lightningd, flags: ['--lightningd', lightningd] }));
    }
  }
}

/**
 * Runs a suite of a network in which the node `a` is of one implementation and `b` of the other, both ways round.
 *
 * @param suite given which is which, and both as `nodes` of `Playground.start`
 */
export function describeMixed(
  suite: (kinds: { readonly a: Implementation; readonly b: Implementation }, nodes: readonly NodeSpec[]) => void,
): void {
  const missing = found.filter((each) => 'whyNot' in each);
  for (const [a, b] of [found, found.toReversed()] as const) {
    const nodes = [a!, b!].map((each, index) => ({
      name: ['a', 'b'][index]!,
      lightningd: 'lightningd' in each ? each.lightningd : undefined,
    }));
    const title = `${a!.name} and ${b!.name}`;
    const kinds = { a: a!.name, b: b!.name };
    if (missing.length === 0) describe(title, () => suite(kinds, nodes));
    else
      describe.skip(`${title} (skipped: no ${missing.map(({ name }) => name).join(', ')})`, () => suite(kinds, nodes));
  }
}

/** Whether we may mount here: a disk that is full, or cannot be written, even for root. */
export const mountable = ((): boolean => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** The processes that a folder has to do with: named in their arguments, or working in it. */
export async function processesOf(folder: string): Promise<ProcessEntry[]> {
  const all = listProcesses().filter(({ pid }) => pid !== process.pid);
  const theirs = await Promise.all(
    all.map(async ({ pid, args }) => {
      if (args.some((arg) => arg.includes(folder))) return true;
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => ''); // it has ended, or there is no /proc
      return cwd.startsWith(folder);
    }),
  );
  return all.filter((_, index) => theirs[index]);
}

/**
 * A folder for a suite, of a short path since sockets lie in it, and with the suite's own TMPDIR in it. Called where
 * `beforeAll` can be. After the suite no process may be left that has to do with it and no temporary folder; what is left
 * all the same is ended, and fails the suite.
 */
export function useTemporaryFolder(): { readonly path: string } {
  let path = '';
  beforeAll(async () => {
    const before = process.env['TMPDIR'];
    path = await mkdtemp('/tmp/lp-');
    await mkdir(join(path, 't'));
    process.env['TMPDIR'] = join(path, 't');
    return async () => {
      // as the first hook's own clean-up it comes after all others
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      const left = await leftovers(path);
      const folders = await readdir(join(path, 't'));
      killAll(left);
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
      expect({ processes: left.map(({ args }) => args.join(' ')), folders }).toEqual({ processes: [], folders: [] });
    };
  });
  return {
    get path() {
      return path;
    },
  };
}

/** A fresh folder for the playground of each test of a suite, and the command line in it. */
export function usePlaygroundFolders(): {
  /** The suite's own folder, which has those of the playgrounds in it. */
  readonly folder: string;
  /** The folder of this test's playground. */
  readonly dir: string;
  /** Moves on to another one, within a test. */
  readonly next: () => void;
  /** Runs a command that must succeed; gives the document that it prints. */
  readonly json: <T = Record<string, unknown>>(...args: string[]) => Promise<T>;
  readonly status: () => Promise<PlaygroundStatus>;
} {
  const folder = useTemporaryFolder();
  let count = 0;
  let dir: string;
  const next = (): void => void (dir = join(folder.path, `p${count++}`));
  beforeEach(() => {
    next();
    return async () => void (await runCli(['destroy', '--yes', '--dir', dir]));
  });
  const json = <T>(...args: string[]) => runJson<T>(args, { env: { LN_PLAY_DIR: dir } });
  return {
    get folder() {
      return folder.path;
    },
    get dir() {
      return dir;
    },
    next,
    json,
    status: () => json<PlaygroundStatus>('status'),
  };
}

/** Ends processes that may be ending by themselves. */
export function killAll(processes: readonly ProcessEntry[]): void {
  for (const { pid } of processes) sendSignal(pid, 'SIGKILL');
}

/** What still runs after a while: a subdaemon may outlive its lightningd for some seconds. */
export async function leftovers(folder: string): Promise<ProcessEntry[]> {
  let left: ProcessEntry[] = [];
  const probe = async (): Promise<Probe<void>> => {
    left = await processesOf(folder);
    return left.length === 0 ? { done: undefined } : { seen: `${left.length} processes` };
  };
  await waitFor(`all processes of ${folder} to end`, probe, { timeoutMs: 10_000, intervalMs: 100 }).catch(() => {});
  return left;
}

export interface CliOptions {
  /** Added to our own environment; undefined takes a variable away. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** What stands in its standard input. */
  readonly input?: string;
  readonly cwd?: string;
  /** Killed and failed after this long, in ms. */
  readonly timeoutMs?: number;
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const CLI = fileURLToPath(new URL('../../bin/ln-play.js', import.meta.url));

/** A command that runs: its output so far, a way to end it, and its result. */
export class RunningCli {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  readonly #kill: (signal: NodeJS.Signals) => void;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], { env, input, cwd, timeoutMs = 60_000 }: CliOptions = {}) {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd,
      env: { ...process.env, LN_PLAY_DIR: undefined, LN_PLAY_FILE: undefined, ...env },
      stdio: 'pipe',
    });
    this.pid = child.pid!;
    this.#kill = (signal) => void child.kill(signal);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    child.stdin.on('error', () => {}); // it need not read its input
    child.stdin.end(input ?? '');
    this.result = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`ln-play ${args.join(' ')} took longer than ${timeoutMs} ms\n${this.stdout}\n${this.stderr}`));
      }, timeoutMs);
      child.once('error', reject).once('close', (code, signal) => {
        clearTimeout(timer);
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    this.result.catch(() => {}); // whoever awaits it hears of it
  }

  signal(signal: NodeJS.Signals): void {
    this.#kill(signal);
  }
}

/** Runs bin/ln-play.js to its end. */
export async function runCli(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return await new RunningCli(args, options).result;
}

/** Runs a command that must succeed, with --json, and gives its document. */
export async function runJson<T = Record<string, unknown>>(args: readonly string[], options?: CliOptions): Promise<T> {
  const { code, stdout, stderr } = await runCli(['--json', ...args], options);
  if (code !== 0) throw new Error(`ln-play ${args.join(' ')} exited with ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout) as T;
}

/** Standard error without what it says, in a pipe, of steps that take long. */
export const withoutProgress = (stderr: string): string => stderr.replaceAll(/^.* …\n/gm, '');
