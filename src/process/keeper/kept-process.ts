import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname } from 'node:path';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { waitFor, type Probe } from '../../core/wait.js';
import { EndWatch, WATCH_MS } from '../end-watch.js';
import type { Exit, HeldProcess, Reason, Waiting } from '../held-process.js';
import { assertSocketPath } from '../sockets.js';
import type { ProcessEntry } from '../table.js';
import { forget, readList, socketOf, type KeptEntry } from './list.js';
import type { KeeperReply, KeeperRequest } from './serve.js';

/** How long a keeper may take to start, in ms; and how often one may end just when it is asked. */
const START_MS = 20_000;
const TRIES = 5;

export interface KeptCommand {
  /** Starts the keeper, which gets its folder as its last argument. */
  readonly keeperCommand: readonly [string, ...string[]];
  readonly folder: string;
  readonly logFile: string;
  /** How often it is looked, at the most, whether something has come about there, in ms: each look goes a long way. */
  readonly lookMs: number;
}

/** What runs elsewhere, and a keeper stands for: one process for all of a folder. */
export class KeptProcess implements HeldProcess {
  readonly pid: number;
  readonly #folder: string;
  readonly #marker: string;
  readonly #life: string;
  #exit: Exit | undefined;
  readonly #watch = new EndWatch(() => this.exit);

  private constructor(folder: string, pid: number, { marker, life }: Pick<KeptEntry, 'marker' | 'life'>) {
    this.#folder = folder;
    this.pid = pid;
    this.#marker = marker;
    this.#life = life;
  }

  /** The one with this marker, if it runs. */
  static find(folder: string, marker: string): KeptProcess | undefined {
    const { list, isAlive } = readList(folder);
    const entry = list?.kept.find((each) => each.marker === marker);
    return isAlive && entry && !entry.ended ? new KeptProcess(folder, list!.keeper.pid, entry) : undefined;
  }

  /** Why the one with this marker has ended without being asked to; undefined for one that has not. */
  static reason(folder: string, marker: string): Reason | undefined {
    return readList(folder).list?.kept.find((each) => each.marker === marker)?.ended;
  }

  /**
   * Starts one, and its keeper where that does not run.
   *
   * @throws {LnPlayError} DAEMON if there can be no keeper
   */
  static async start(command: KeptCommand, marker: string, args: readonly string[]): Promise<KeptProcess> {
    const { folder } = command;
    for (let tries = 1; ; tries++) {
      try {
        await ensureKeeper(command);
        const { life } = await ask(folder, { start: { marker, args } });
        forget(folder);
        return new KeptProcess(folder, readList(folder).list!.keeper.pid, { marker, life: life! });
      } catch (error) {
        // it may have ended, having nothing more to keep, just when it was asked
        if (tries === TRIES || (error instanceof LnPlayError && error.code === 'DAEMON')) throw error;
        forget(folder);
      }
    }
  }

  get #entry(): KeptEntry | undefined {
    return readList(this.#folder).list?.kept.find(({ marker, life }) => marker === this.#marker && life === this.#life);
  }

  get exit(): Exit | undefined {
    if (this.#exit) return this.#exit;
    const entry = this.#entry;
    if (!entry || entry.ended || !readList(this.#folder).isAlive) this.#exit = { reason: entry?.ended };
    return this.#exit;
  }

  get running(): boolean {
    return this.exit === undefined;
  }

  get waitsFor(): Waiting | undefined {
    return this.running ? this.#entry?.waitsFor : undefined;
  }

  get ended(): Promise<Exit> {
    return this.#watch.ended;
  }

  unwatch(): void {
    this.#watch.stop();
  }

  async waitForExit(timeoutMs: number): Promise<Exit> {
    const probe = (): Promise<Probe<Exit>> =>
      Promise.resolve(this.exit ? { done: this.exit } : { seen: 'still running' });
    return await waitFor(`what process ${this.pid} keeps to end`, probe, { timeoutMs, intervalMs: WATCH_MS / 4 });
  }

  /** SIGKILL has the keeper let go of it; any other signal has it end in order. */
  signal(signal: NodeJS.Signals): void {
    if (!this.running) return;
    ask(this.#folder, { stop: this.#marker, inOrder: signal !== 'SIGKILL' }).catch(() => {}); // its end is looked for
  }

  family(): ProcessEntry[] {
    return [];
  }

  orphans(): ProcessEntry[] {
    return [];
  }
}

const starting = new Map<string, Promise<void>>();

async function ensureKeeper(command: KeptCommand): Promise<void> {
  const { folder } = command;
  if (readList(folder).isAlive) return;
  const start =
    starting.get(folder) ??
    startKeeper(command).finally(() => {
      starting.delete(folder);
    });
  starting.set(folder, start);
  await start;
}

async function startKeeper({ keeperCommand: [program, ...args], folder, logFile }: KeptCommand): Promise<void> {
  assertSocketPath(socketOf(folder));
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const output = openSync(logFile, 'a', 0o600);
  const child = spawn(program, [...args, folder], { detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  child.unref();
  let end: string | undefined;
  child.on('error', (error) => (end = messageOf(error)));
  child.on('exit', (code) => (end ??= `it ended with code ${code}`));
  const probe = (): Promise<Probe<void>> => {
    if (end !== undefined)
      throw new LnPlayError('DAEMON', `Cannot start ${program}: ${end}`, { hint: `see ${logFile}` });
    const { list, isAlive } = readList(folder);
    return Promise.resolve(isAlive && list?.keeper.pid === child.pid ? { done: undefined } : { seen: 'nothing yet' });
  };
  await waitFor('the process that keeps what runs elsewhere', probe, { timeoutMs: START_MS, intervalMs: 25 });
}

async function ask(folder: string, request: KeeperRequest): Promise<KeeperReply> {
  const text = await new Promise<string>((resolve, reject) => {
    let reply = '';
    const socket = createConnection(socketOf(folder));
    socket.setEncoding('utf8').on('data', (chunk: string) => (reply += chunk));
    socket.on('error', reject).on('close', () => resolve(reply));
    socket.write(`${JSON.stringify(request)}\n`);
  });
  if (text === '') throw new LnPlayError('CONNECTION', `The keeper in ${folder} has ended`);
  const reply = JSON.parse(text) as KeeperReply;
  if (reply.error !== undefined) throw new LnPlayError('DAEMON', reply.error);
  return reply;
}
