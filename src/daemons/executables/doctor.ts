import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, systemCode } from '../../core/errors.js';
import { freeBytes, isThere } from '../../core/files.js';
import type { Command } from '../../process/daemon-process.js';
import { MAX_SOCKET_PATH_BYTES } from '../../process/sockets.js';
import { cacheFolder } from '../../core/cache-folder.js';
import { folderBytes, onPath } from './files.js';
import type { Program } from './programs.js';
import { searchExecutable, type SearchOptions, type Step } from './search.js';
import { askVersion } from './version.js';

/** One thing that was looked at: well, of note, or in the way. */
export interface Check {
  readonly name: string;
  readonly ok: boolean | 'warn';
  readonly detail: string;
  /** What to do. */
  readonly hint?: string;
  /** Of a program: the places that were looked at, each with the reason why it was or wasn't taken. */
  readonly trail?: readonly Step[];
}

export interface Report {
  /** Whether nothing is in the way of a playground. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export interface DoctorOptions extends Pick<SearchOptions, 'env' | 'host' | 'release'> {
  /** As given with `--bitcoind` and `--lightningd`. */
  readonly bitcoind?: string | undefined;
  readonly lightningd?: string | undefined;
  /** The playground's folder, which may not exist yet. */
  readonly dir: string;
  /** The longest socket path that a playground there has. */
  readonly socketPath: string;
}

const VERSION_TIMEOUT_MS = 10_000;
const NODE_NEEDED = [20, 19] as const;
const MEGABYTE = 1_000_000;
/** A playground takes some 30 MB, the download of bitcoind 150 MB for a moment. */
const DISK_MB = { short: 500, tooShort: 50 };

/** Looks at everything that a playground needs of this machine, changing nothing. */
export async function doctor(options: DoctorOptions): Promise<Report> {
  const { dir, socketPath, env = process.env, host, release } = options;
  const search = { env, ...(host ? { host } : {}), ...(release ? { release } : {}) };
  const [bitcoind, lightningd] = await Promise.all([
    searchExecutable('bitcoind', { ...search, flag: options.bitcoind }),
    searchExecutable('lightningd', { ...search, flag: options.lightningd }),
  ]);
  const [bitcoinCli, lightningCli] = await Promise.all([
    searchExecutable('bitcoin-cli', { ...search, beside: foundBy(bitcoind) }),
    searchExecutable('lightning-cli', { ...search, beside: foundBy(lightningd) }),
  ]);
  const toBeFetched = bitcoind.outcome.kind === 'fetch' && bitcoinCli.outcome.kind === 'failed';
  const checks = await Promise.all([
    checkProgram('bitcoind', true, bitcoind),
    checkProgram('lightningd', true, lightningd),
    checkProgram('bitcoin-cli', false, toBeFetched ? { ...bitcoinCli, outcome: bitcoind.outcome } : bitcoinCli),
    checkProgram('lightning-cli', false, lightningCli),
    checkCache(cacheFolder(env)),
    checkDisk('disk', dir),
    checkDebugger(env),
  ]);
  checks.unshift(checkNode(process.versions.node));
  checks.push(checkSocketPath(socketPath));
  return { ok: checks.every(({ ok }) => ok !== false), checks };
}

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  const needed = NODE_NEEDED.join('.');
  return { name: 'node', ok, detail: `v${version}`, ...(ok ? {} : { hint: `install Node ${needed} or later` }) };
}

type Search = Awaited<ReturnType<typeof searchExecutable>>;

const foundBy = ({ outcome }: Search): Command | undefined =>
  outcome.kind === 'found' ? outcome.executable : undefined;

async function checkProgram(name: Program, needed: boolean, { outcome, trail }: Search): Promise<Check> {
  if (outcome.kind === 'fetch') {
    const [first, ...others] = outcome.offers.map(({ source, from }) => `${source} (${from})`);
    const orElse = others.map((other) => `, or else from ${other}`).join('');
    return { name, ok: true, detail: `none yet: \`ln-play up\` fetches it from ${first}${orElse}`, trail };
  }
  const missing = needed ? false : 'warn';
  if (outcome.kind === 'failed') {
    const { message, hint } = outcome.error;
    return { name, ok: missing, detail: message, ...(hint ? { hint } : {}), trail };
  }
  const { command, args } = outcome.executable;
  const path = [command, ...args].join(' ');
  try {
    const version = await askVersion(name, outcome.executable, { timeoutMs: VERSION_TIMEOUT_MS });
    return { name, ok: true, detail: `${version} (${path})`, trail };
  } catch (error) {
    const hint = `see what \`${path} --version\` says, or name another ${name}`;
    return { name, ok: missing, detail: `${path} does not run: ${messageOf(error)}`, hint, trail };
  }
}

async function checkCache(cache: string): Promise<Check> {
  const name = 'cache';
  const folder = await existingPart(cache);
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable)
    return { name, ok: 'warn', detail: `${cache} cannot be written`, hint: 'choose another folder with LN_PLAY_CACHE' };
  const size = folder === cache ? `${megabytes(await folderBytes(cache))} MB` : 'nothing yet';
  return { name, ok: true, detail: `${cache}: ${size}` };
}

async function checkDisk(name: string, dir: string): Promise<Check> {
  const free = megabytes(await freeBytes(await existingPart(dir)));
  const detail = `${free} MB free for ${dir}`;
  if (free >= DISK_MB.short) return { name, ok: true, detail };
  const hint = 'make room, or choose another folder with --dir or LN_PLAY_DIR';
  return { name, ok: free < DISK_MB.tooShort ? false : 'warn', detail, hint };
}

function checkSocketPath(path: string): Check {
  const bytes = Buffer.byteLength(path);
  const ok = bytes <= MAX_SOCKET_PATH_BYTES;
  const detail = `${path} has ${bytes} of at most ${MAX_SOCKET_PATH_BYTES} bytes`;
  const name = 'socket path';
  return ok ? { name, ok, detail } : { name, ok, detail, hint: 'choose a shorter folder with --dir or LN_PLAY_DIR' };
}

/** What `up --debugger` needs (ptrace(2), /proc/sys/kernel/yama/ptrace_scope). */
async function checkDebugger(env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'debugger';
  const gdb = await onPath('gdb', env);
  if (!gdb)
    return {
      name,
      ok: 'warn',
      detail: 'no gdb on PATH; only `up --debugger` needs it',
      hint: 'sudo apt-get install gdb',
    };
  const scope = await readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').catch(ifMissing('0'));
  const detail = `${gdb}, ptrace_scope ${scope.trim()}`;
  if (scope.trim() === '0' || process.getuid?.() === 0) return { name, ok: true, detail };
  const hint = 'gdb may attach to its own children only; until the next boot: sudo sysctl kernel.yama.ptrace_scope=0';
  return { name, ok: 'warn', detail, hint };
}

function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (systemCode(error) === 'ENOENT') return value;
    throw error;
  };
}

/** The folder itself, or the nearest above it that exists. */
async function existingPart(folder: string): Promise<string> {
  for (let path = folder; ; path = dirname(path)) {
    if ((await isThere(path)) || path === dirname(path)) return path;
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / MEGABYTE);
