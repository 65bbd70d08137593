import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import type { CheckReport } from '../check/report.js';
import type { Replacement } from '../run/replace.js';
import { writeWrapper } from '../run/wrapper.js';
import { checkBeside } from './check-beside.js';
import { Snapshot } from './snapshot.js';
import type { WatchedSource } from './sources.js';

/** What becomes of a plugin at each save. */
export type ReloadEvent =
  /** The new code answers; `ms` since the save, or since the watch began. */
  | { readonly type: 'started'; readonly file: string; readonly ms: number; readonly report: CheckReport }
  /** The new code failed its check; what ran goes on running. */
  | { readonly type: 'check-failed'; readonly file: string; readonly report: CheckReport; readonly running: boolean }
  /** The new code passed its check, but the node does not run it; `running`: the old code has been started again. */
  | { readonly type: 'start-failed'; readonly file: string; readonly error: LnPlayError; readonly running: boolean }
  /** The new code passed its check, and is started once the old code holds no payment any more. */
  | { readonly type: 'waiting'; readonly file: string; readonly payments: number }
  /** The watch has ended, and the plugin runs on, because payments wait for its decision. */
  | { readonly type: 'left-running'; readonly file: string; readonly payments: number };

/** An editor's save is over when nothing has changed for this long, in ms. */
const QUIET_MS = 10;
/** A file that an editor is just writing anew may be empty or gone for this long, in ms. */
const HALF_SAVED_MS = 500;

export interface LoopParts {
  readonly source: WatchedSource;
  /** A folder for wrappers and snapshots. */
  readonly folder: string;
  /** The wrappers' script, see `writeWrapper`. */
  readonly script: string;
  readonly replacement: Replacement;
  /** There for a plugin of the node's own config: it is started by its own file, and left as it is in the end. */
  readonly own?: OwnPlugin;
  readonly onEvent: (event: ReloadEvent) => void;
}

export interface OwnPlugin {
  /** Runs `body` while nobody else puts something in the plugin's place; LOCKED where somebody does. */
  readonly exclusively: (body: () => Promise<unknown>) => Promise<void>;
  /** Told when what runs is the file as it is, without our doing: the node was started, or somebody else has it. */
  readonly onAdopted: () => void;
}

/** Somebody else has the plugin, or the node is down: either starts it again as it is saved by then. */
const NOT_OURS = new Set(['LOCKED', 'CONNECTION']);

/**
 * Keeps one plugin as it was last saved: check, stop once it holds no payment, start. There is never more than one such run; a change during one
 * ends it early where it can, and another run follows, so no save is lost.
 */
export class PluginLoop {
  readonly #parts: LoopParts;
  readonly #file: string;
  readonly #replacement: Replacement;
  /** The code that was last started, once something was. */
  #current: Snapshot | undefined;
  /** Code whose start was interrupted by a later save: it may run by now. */
  #interrupted: Snapshot | undefined;
  #snapshots = 0;
  /** Whether what ran was stopped for new code that does not run (yet). */
  #displaced = false;
  /** When the change came that has not been dealt with; undefined if there is none. */
  #changedAt: number | undefined;
  #lastChange = 0;
  #isToBeAdopted = false;
  #run: Promise<void> | undefined;
  #superseded = new AbortController();
  #closed = false;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#file = parts.source.file;
    this.#replacement = parts.replacement;
  }

  /** A line of the plugin's as it is to be shown: never with a path of ours in it. */
  readable(line: string): string {
    return this.#current?.withOwnPath(line) ?? line;
  }

  /** Something of the plugin's code has changed. */
  changed(): void {
    if (this.#closed) return;
    this.#lastChange = performance.now();
    this.#changedAt ??= this.#lastChange;
    this.#superseded.abort();
    this.#go();
  }

  /** Takes what runs for the file as it is: the node has just started it. */
  adopt(): void {
    this.#isToBeAdopted = true;
    this.#go();
  }

  /** Resolves when all changes so far have been dealt with; rejects with what nobody expected. */
  async settled(): Promise<void> {
    await this.#run;
  }

  /** Ends what is under way. */
  async end(): Promise<void> {
    this.#closed = true;
    this.#superseded.abort();
    await this.#run;
  }

  /** Ends what is under way, and has the node run what it ran before. */
  async close(): Promise<void> {
    await this.end();
    const payments = await this.#replacement.restore();
    if (payments > 0) this.#parts.onEvent({ type: 'left-running', file: this.#file, payments });
  }

  #go(): void {
    if (!this.#closed) this.#run ??= this.#runAll().finally(() => (this.#run = undefined));
  }

  async #runAll(): Promise<void> {
    while (!this.#closed) {
      if (this.#isToBeAdopted) await this.#adopt();
      if (this.#changedAt === undefined) return;
      await this.#untilSaved();
      const savedAt = this.#changedAt;
      this.#changedAt = undefined;
      this.#superseded = new AbortController();
      await this.#reload(savedAt, this.#superseded.signal);
      // What was ended by a later change: the save to be told of is still the first.
      if (this.#superseded.signal.aborted && this.#changedAt !== undefined) this.#changedAt = savedAt;
    }
  }

  async #adopt(): Promise<void> {
    this.#isToBeAdopted = false;
    this.#displaced = false;
    const before = this.#current;
    try {
      this.#current = await this.#snapshot();
      this.#parts.own?.onAdopted();
      await before?.remove();
    } catch (error) {
      if (!(error instanceof LnPlayError)) throw error;
      await this.#failed(error);
    }
  }

  #snapshot(): Promise<Snapshot> {
    const { source, folder, script } = this.#parts;
    return Snapshot.take(source, join(folder, String(this.#snapshots++)), script);
  }

  async #untilSaved(): Promise<void> {
    for (;;) {
      const quiet = performance.now() - this.#lastChange;
      const wanted = (await this.#isHalfSaved()) ? HALF_SAVED_MS : QUIET_MS;
      if (quiet >= wanted || this.#closed) return;
      await delay(Math.min(wanted - quiet, QUIET_MS));
    }
  }

  async #isHalfSaved(): Promise<boolean> {
    return await stat(this.#file).then(
      ({ size }) => size === 0,
      () => true,
    );
  }

  async #reload(savedAt: number, signal: AbortSignal): Promise<void> {
    const { folder, script, own, onEvent } = this.#parts;
    const file = this.#file;
    let snapshot: Snapshot | undefined;
    try {
      await this.#lookAtInterrupted();
      await own?.exclusively(() => this.#replacement.look());
      snapshot = await this.#snapshot();
      const report = await checkBeside(file, this.#current?.file, { options: this.#replacement.options, signal });
      if (!report.ok) {
        await this.#putBack();
        return onEvent({ type: 'check-failed', file, report, running: await this.#replacement.isActive() });
      }
      await this.#untilNothingIsHeld(signal);
      const path = own ? file : await writeWrapper(folder, { name: basename(file), plugin: file }, script);
      await this.#exclusively(async () => {
        this.#displaced ||= await this.#replacement.isActive();
        this.#interrupted = snapshot;
        await this.#replacement.start(path, signal);
      });
      this.#interrupted = undefined;
      this.#displaced = false;
      [this.#current, snapshot] = [snapshot, this.#current];
      onEvent({ type: 'started', file, ms: performance.now() - savedAt, report });
    } catch (error) {
      if (signal.aborted) return; // another run follows, or the end
      this.#interrupted = undefined;
      if (!(error instanceof LnPlayError)) throw error;
      if (own && NOT_OURS.has(error.code)) this.#isToBeAdopted = true;
      else await this.#failed(error);
    } finally {
      if (snapshot !== this.#interrupted) await snapshot?.remove();
    }
  }

  /** What is stopped while it holds a payment never gets to decide on it. */
  async #untilNothingIsHeld(signal: AbortSignal): Promise<void> {
    for (let told = 0; ;) {
      const payments = await this.#replacement.held(signal);
      throwIfAborted(signal);
      if (payments === 0) return;
      if (payments !== told) this.#parts.onEvent({ type: 'waiting', file: this.#file, payments });
      told = payments;
    }
  }

  async #lookAtInterrupted(): Promise<void> {
    let gone = this.#interrupted;
    if (!gone) return;
    this.#interrupted = undefined;
    if (await this.#replacement.isActive()) {
      [this.#current, gone] = [gone, this.#current];
      this.#displaced = false;
    }
    await gone?.remove();
  }

  async #failed(error: LnPlayError): Promise<void> {
    const [file, type] = [this.#file, 'start-failed'] as const;
    try {
      const running = (await this.#putBack()) || (await this.#replacement.isActive());
      this.#parts.onEvent({ type, file, error, running });
    } catch (second) {
      if (!(second instanceof LnPlayError)) throw second;
      const details = [...error.details, `the old one does not start again either: ${second.message}`];
      const both = new LnPlayError(error.code, error.message, { hint: error.hint, details, cause: error });
      this.#parts.onEvent({ type, file, error: both, running: false });
    }
  }

  /** Starts the old code again where it was stopped for new code that came to nothing; says whether it did. */
  async #putBack(): Promise<boolean> {
    const old = this.#current;
    if (!this.#displaced || !old) return false;
    await this.#exclusively(() => this.#replacement.start(old.wrapper));
    this.#displaced = false;
    return true;
  }

  async #exclusively(body: () => Promise<unknown>): Promise<void> {
    await (this.#parts.own ? this.#parts.own.exclusively(body) : body());
  }
}
