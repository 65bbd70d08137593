import { stat } from 'node:fs/promises';
import { LnPlayError, systemCode } from '../core/errors.js';
import { DEFAULT_INTERVAL_MS, waitFor, type Probe, type WaitOptions } from '../core/wait.js';
import { DaemonProcess, type Command } from '../process/daemon-process.js';
import { describeExit, type Exit, type HeldProcess, type Waiting } from '../process/held-process.js';
import { KeptProcess } from '../process/keeper/kept-process.js';
import { findByArgument, findProcess, nextProcesses, type ProcessEntry } from '../process/table.js';
import { tailFile } from './log-tail.js';

/** What sets one kind of daemon apart. All of them are started, awaited, watched and stopped by `Daemon`. */
export interface DaemonSpec {
  /** What people call it: `bitcoind`, `l1`. */
  readonly name: string;
  readonly command: Command;
  /** The argument that no other program has: by it the running process is found. */
  readonly marker: string;
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Where the daemon writes its log, and where its standard output and error go. */
  readonly logFile: string;
  readonly outputFile: string;
  /** Whether it answers and is of use; throws what can never get better. */
  readonly ready: () => Promise<Probe<void>>;
  /** Asks it over RPC to stop; it may answer at once, or when it has. */
  readonly requestStop: () => Promise<unknown>;
  /** Of what it started: whether that belongs to it and goes with it, so that it never waits for its end. */
  readonly isPart?: (entry: ProcessEntry) => boolean;
  /** What it started goes on without it: other daemons, which end by themselves or by somebody else. */
  readonly isAlone?: boolean;
}

export interface StartExtra {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

export interface ReadyOptions extends WaitOptions {
  /** Told what holds its start up, once that is known; what it returns is called when the wait is over. */
  readonly onHeldUp?: ((why: string) => () => void) | undefined;
}

/** `frozen`: it runs, and a signal holds it in the middle of whatever it does. */
export type DaemonState = 'running' | 'frozen' | 'stopped' | 'dead';

const STOP_STEPS = [
  { what: 'its RPC stop', timeoutMs: 15_000 },
  { what: 'SIGTERM', timeoutMs: 5_000 },
  { what: 'SIGKILL', timeoutMs: 5_000 },
] as const;

/** Lines of lightningd's log that complain of nothing. */
const CHATTER = /\s(DEBUG|TRACE|IO|INFO)\s/;

const AGAIN = 'see `ln-play status` until it runs, then do the same once more';

const NEVER = new Promise<never>(() => {});
/** Nothing listens (yet): no sign of death. */
const NOT_THERE = new Set(['ENOENT', 'ECONNREFUSED']);
/** How long a process that closed its sockets may take to be gone, in ms. */
const DYING_MS = 500;

/** How long a daemon that stops may wait for what it started, in ms; and how long that then has to end by itself. */
const HOLD_UP_MS = 5_000;
const LET_GO_MS = 2_000;

/** How long what a daemon started may outlive it, in ms. */
const ORPHANS_MS = 3_000;

/** One daemon's life: start, be ready, die or be stopped. The only place that knows how. */
export class Daemon {
  readonly spec: DaemonSpec;
  #process: HeldProcess | undefined;
  #outputFrom = { log: 0, output: 0 };
  #stopping: Promise<void> | undefined;
  #watch: { readonly process: HeldProcess; readonly died: Promise<never> } | undefined;

  constructor(spec: DaemonSpec) {
    this.spec = spec;
  }

  get name(): string {
    return this.spec.name;
  }

  get pid(): number | undefined {
    return this.#process?.running ? this.#process.pid : undefined;
  }

  /** Takes hold of the process where it already runs, and says whether it does. */
  attach(table?: readonly ProcessEntry[]): boolean {
    if (this.#process?.running) return true;
    const found = this.#find(table);
    if (!found) return false;
    this.#process = found;
    this.#stopping = undefined; // whoever started it again, it is another process
    return true;
  }

  #find(table: readonly ProcessEntry[] | undefined): HeldProcess | undefined {
    const { marker, command } = this.spec;
    if (command.kept) return KeptProcess.find(command.kept.folder, marker);
    const [entry] = findByArgument(marker, table);
    return entry && DaemonProcess.adopt(entry);
  }

  /** Of one that runs elsewhere: what it waits for, or why it has ended. */
  get problem(): string | undefined {
    const { marker, command } = this.spec;
    if (!command.kept) return undefined;
    return this.waitsFor?.what ?? KeptProcess.reason(command.kept.folder, marker)?.message;
  }

  /** What it waits for before it can be of use, where that is known. */
  get waitsFor(): Waiting | undefined {
    return this.#process?.waitsFor;
  }

  /**
   * Starts it; it is not ready yet then.
   *
   * @param extra arguments and environment for this start alone
   * @throws {LnPlayError} MISSING_BINARY, FILESYSTEM
   */
  async start(extra: StartExtra = {}): Promise<void> {
    this.#stopping = undefined;
    this.#outputFrom = { log: await sizeOf(this.spec.logFile), output: await sizeOf(this.spec.outputFile) };
    const { command, args: usual, kept } = this.spec.command;
    const { cwd, outputFile, env, marker } = this.spec;
    const args = [...usual, ...(extra.args ?? [])];
    this.#process = kept
      ? await KeptProcess.start(kept, marker, args)
      : await DaemonProcess.start(
          { command, args },
          { cwd, outputFile, env: { ...process.env, ...env, ...extra.env } },
        );
  }

  /**
   * Waits until it is of use.
   *
   * @throws {LnPlayError} DAEMON as soon as it dies, with its exit and its last log lines; TIMEOUT
   */
  async waitReady({ onHeldUp, ...options }: ReadyOptions = {}): Promise<void> {
    const { probe, over } = this.telling(this.spec.ready, onHeldUp);
    try {
      await this.waitFor(`${this.name} to be ready`, probe, options);
    } finally {
      over();
    }
  }

  /** A probe that also tells what its start waits for, as that changes; `over` ends it. */
  telling<T>(
    probe: () => Promise<T>,
    onHeldUp: ReadyOptions['onHeldUp'],
  ): { probe: () => Promise<T>; over: () => void } {
    let told: string | undefined;
    let over: (() => void) | undefined;
    const tell = (what: string | undefined): void => {
      if (what === told) return;
      over?.();
      told = what;
      over = what === undefined ? undefined : onHeldUp?.(`${this.name}: ${what}`);
    };
    return { probe: () => (tell(this.waitsFor?.what), probe()), over: () => tell(undefined) };
  }

  /** As `waitFor`, ended also by the death of this daemon. */
  async waitFor<T>(what: string, probe: () => Promise<Probe<T>>, options: WaitOptions = {}): Promise<T> {
    const { intervalMs = DEFAULT_INTERVAL_MS } = options;
    const leastMs = this.spec.command.kept?.lookMs ?? 0;
    try {
      return await waitFor(what, () => this.guard(probe), { ...options, intervalMs: Math.max(intervalMs, leastMs) });
    } catch (error) {
      const { waitsFor } = this;
      if (!waitsFor || !(error instanceof LnPlayError) || error.code !== 'TIMEOUT') throw error;
      const hint = waitsFor.hint ?? error.hint;
      throw new LnPlayError('TIMEOUT', `${error.message}: ${waitsFor.what}`, { hint, cause: error });
    }
  }

  /** Runs `body`; where the daemon has died meanwhile, its death is thrown instead of what `body` stumbled over. */
  async guard<T>(body: () => Promise<T>): Promise<T> {
    await this.#throwIfDead();
    try {
      return await body();
    } catch (error) {
      if (!(error instanceof LnPlayError) || error.code !== 'CONNECTION') throw error;
      // a process that dies closes its sockets some moments before it is gone
      const isDeaf = NOT_THERE.has(systemCode(error.cause) ?? '');
      if (!isDeaf) await this.#process?.waitForExit(DYING_MS).catch(() => {});
      await this.#throwIfDead();
      if (this.waitsFor !== undefined) throw this.#away(this.waitsFor, error);
      throw isDeaf && this.#process?.running ? this.#deaf(error.cause) : error;
    }
  }

  /** The error of one that runs elsewhere, and not at this moment. */
  #away({ what, hint = AGAIN }: Waiting, cause: unknown): LnPlayError {
    return new LnPlayError('CONNECTION', `${this.name} cannot be reached: ${what}`, { hint, cause });
  }

  /** The error of one that runs and does not answer. */
  #deaf(cause: unknown): LnPlayError {
    const message = `${this.name} runs (process ${this.pid}) and does not answer yet`;
    const hint = `it is starting or stopping, or waits for a debugger: see \`ln-play logs ${this.name}\``;
    return new LnPlayError('CONNECTION', message, { hint, cause });
  }

  /**
   * Rejects when the process that runs now dies without having been stopped through this object; never resolves. For
   * waits that need this daemon, but ask another one.
   */
  get died(): Promise<never> {
    if (this.#process && !this.#process.running) this.attach(); // another command may have started it again
    const running = this.#process;
    if (!running || this.#stopping) return NEVER;
    if (this.#watch?.process !== running) {
      const died = running.ended.then(async (exit) => {
        if (this.#stopping) return await NEVER;
        throw await this.death(exit);
      });
      died.catch(() => {}); // whoever waits hears of it
      this.#watch = { process: running, died };
    }
    return this.#watch.died;
  }

  /** Watches no longer for its end. */
  letGo(): void {
    this.#watch = undefined;
    this.#process?.unwatch();
  }

  /**
   * Stops it and waits for its end: RPC stop, then SIGTERM, then SIGKILL. Any number of callers share one attempt.
   *
   * @throws {LnPlayError} DAEMON when it outlives even SIGKILL
   */
  async stop(): Promise<void> {
    this.attach();
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  /** Ends it at once, without asking. */
  async kill(): Promise<void> {
    if (!this.attach()) return;
    this.#process!.signal('SIGKILL');
    await this.#process!.waitForExit(STOP_STEPS[2].timeoutMs);
  }

  /** Ends it and all that it started at once, as a crash of its machine would. @param table of processes, where one is at hand */
  async crash(table?: readonly ProcessEntry[]): Promise<void> {
    if (!this.attach(table)) return;
    const family = this.#familyOf(this.#process!, table);
    for (const entry of family) DaemonProcess.adopt(entry).signal('SIGKILL');
    await this.#process!.waitForExit(STOP_STEPS[2].timeoutMs);
    await endOrphans(family);
  }

  /** Whether it runs, and is held in the middle of whatever it does. */
  get isFrozen(): boolean {
    return this.pid !== undefined && findProcess(this.pid)?.isStopped === true;
  }

  /** Holds it and all that it started in the middle of whatever they do, parents first: none starts another one then. */
  freeze(): void {
    for (;;) {
      const running = this.#family().filter(({ isStopped }) => !isStopped);
      if (running.length === 0) return;
      for (const entry of running) DaemonProcess.adopt(entry).signal('SIGSTOP');
    }
  }

  /** Lets it and all that it started go on. @param table of processes, where one is at hand */
  thaw(table?: readonly ProcessEntry[]): void {
    letGoOn(this.#family(table));
  }

  #family(table?: readonly ProcessEntry[]): ProcessEntry[] {
    return this.attach(table) ? this.#familyOf(this.#process!, table) : [];
  }

  #familyOf(process: HeldProcess, table?: readonly ProcessEntry[]): ProcessEntry[] {
    return process.family(table).filter(({ pid }) => pid === process.pid || !this.spec.isAlone);
  }

  /** What it wrote since it was started, its end: what it complained of, or else whatever it said last. */
  async lastLines(count = 8): Promise<string[]> {
    const log = await tailFile(this.spec.logFile, 200, this.#outputFrom.log);
    const output = await tailFile(this.spec.outputFile, count, this.#outputFrom.output);
    const complaints = log.filter((line) => !CHATTER.test(line));
    const said = complaints.length > 0 || output.length > 0 ? complaints : log;
    return [...said.filter((line) => !output.some((each) => line.endsWith(each))).slice(-count), ...output];
  }

  /** The error to throw when it has ended without being asked to. */
  async death(exit: Exit): Promise<LnPlayError> {
    if (exit.reason) {
      const { message, details, hint } = exit.reason;
      return new LnPlayError('DAEMON', message, { details, hint });
    }
    const lines = await this.lastLines();
    const quiet = lines.length === 0 ? ['it wrote nothing'] : lines;
    return new LnPlayError('DAEMON', `${this.name} ${describeExit(exit)}`, {
      details: [...quiet, `log: ${this.spec.logFile}`],
      hint: 'its last lines say why; mend that, then run `ln-play up` again',
    });
  }

  async #throwIfDead(): Promise<void> {
    const exit = this.#process?.exit;
    if (exit && !this.attach()) throw await this.death(exit); // unless another command has started it again
  }

  async #stop(): Promise<void> {
    const running = this.#process;
    if (!running) return;
    if (!running.running) return await endOrphans(running.orphans(await nextProcesses())); // it died by itself
    const family = this.#familyOf(running, await nextProcesses());
    letGoOn(family); // else it would not hear
    await this.#end(running);
    // what it started in its last moments is in no list made before
    await endOrphans([...family, ...running.orphans(await nextProcesses())]);
  }

  /**
   * Asks it to stop. lightningd lets its plugins end before it does, for up to 30 s, and they may never; without them it
   * ends in order, which is more than it would do at a signal.
   */
  async #requestStop(running: HeldProcess): Promise<void> {
    const timer = setTimeout(() => {
      if (running.running) void this.#endWhatHoldsUp(running);
    }, HOLD_UP_MS).unref();
    try {
      await this.spec.requestStop();
    } finally {
      clearTimeout(timer);
    }
  }

  async #endWhatHoldsUp(running: HeldProcess): Promise<void> {
    const { isPart = () => false } = this.spec;
    const others = this.#familyOf(running).filter((entry) => entry.pid !== running.pid && !isPart(entry));
    await Promise.all(
      others.map(async (entry) => {
        const other = DaemonProcess.adopt(entry);
        other.signal('SIGTERM');
        await other.waitForExit(LET_GO_MS).catch(() => other.signal('SIGKILL'));
      }),
    );
  }

  async #end(running: HeldProcess): Promise<void> {
    const asks = [
      async () => await this.#requestStop(running),
      () => Promise.resolve(running.signal('SIGTERM')),
      () => Promise.resolve(running.signal('SIGKILL')),
    ];
    for (const [index, { timeoutMs }] of STOP_STEPS.entries()) {
      const asked = await Promise.race([
        asks[index]!().then(
          () => true,
          () => !running.running, // it does not answer: go on to the next, stronger step
        ),
        running.waitForExit(timeoutMs).then(
          () => true,
          () => false,
        ),
      ]);
      if (!asked) continue;
      try {
        await running.waitForExit(timeoutMs);
        return;
      } catch {
        // still there: the next step is stronger
      }
    }
    const tried = STOP_STEPS.map(({ what }) => what).join(', ');
    throw new LnPlayError('DAEMON', `${this.name} (pid ${running.pid}) still runs after ${tried}`, {
      hint: `see what holds it: ps -o stat,wchan -p ${running.pid}`,
    });
  }
}

function letGoOn(family: readonly ProcessEntry[]): void {
  for (const entry of family) if (entry.isStopped) DaemonProcess.adopt(entry).signal('SIGCONT');
}

/** What a daemon started may outlive it for a moment, and hold its sockets; see to it that all of it is gone. */
async function endOrphans(family: readonly ProcessEntry[]): Promise<void> {
  const orphans = family.map((entry) => DaemonProcess.adopt(entry));
  await Promise.all(
    orphans.map(async (orphan) => {
      await orphan.waitForExit(ORPHANS_MS).catch(async () => {
        orphan.signal('SIGKILL');
        await orphan.waitForExit(STOP_STEPS[2].timeoutMs);
      });
    }),
  );
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0, // not written yet
  );
}
