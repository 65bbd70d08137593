import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { LnPlayError } from '../../core/errors.js';
import { checkPlugin } from '../check/check.js';
import type { CheckReport } from '../check/report.js';
import type { Replacement } from '../run/replace.js';

/** What becomes of a plugin at each save. */
export type ReloadEvent =
  /** The new code answers; `ms` since the save, or since the watch began. */
  | { readonly type: 'started'; readonly file: string; readonly ms: number; readonly report: CheckReport }
  /** The new code failed its check; what ran goes on running. */
  | { readonly type: 'check-failed'; readonly file: string; readonly report: CheckReport; readonly running: boolean }
  /** The new code passed its check, but the node does not run it; nothing runs now. */
  | { readonly type: 'start-failed'; readonly file: string; readonly error: LnPlayError };

/** An editor's save is over when nothing has changed for this long, in ms. */
const QUIET_MS = 10;
/** A file that an editor is just writing anew may be empty or gone for this long, in ms. */
const HALF_SAVED_MS = 500;

/**
 * Keeps one plugin as it was last saved: check, stop, start. There is never more than one such run; a change during one
 * ends it early where it can, and another run follows, so no save is lost.
 */
export class PluginLoop {
  readonly #file: string;
  readonly #wrapper: string;
  readonly #replacement: Replacement;
  readonly #onEvent: (event: ReloadEvent) => void;
  /** When the change came that has not been dealt with; undefined where there is none. */
  #changedAt: number | undefined;
  #lastChange = 0;
  #run: Promise<void> | undefined;
  #superseded = new AbortController();
  #closed = false;

  constructor(file: string, wrapper: string, replacement: Replacement, onEvent: (event: ReloadEvent) => void) {
    this.#file = file;
    this.#wrapper = wrapper;
    this.#replacement = replacement;
    this.#onEvent = onEvent;
  }

  /** Something of the plugin's code has changed. */
  changed(): void {
    if (this.#closed) return;
    this.#lastChange = performance.now();
    this.#changedAt ??= this.#lastChange;
    this.#superseded.abort();
    this.#run ??= this.#runAll().finally(() => (this.#run = undefined));
  }

  /** Resolves when all changes so far have been dealt with; rejects with what nobody expected. */
  async settled(): Promise<void> {
    await this.#run;
  }

  /** Ends what is under way, and has the node run what it ran before. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#superseded.abort();
    await this.#run;
    await this.#replacement.restore();
  }

  async #runAll(): Promise<void> {
    while (this.#changedAt !== undefined && !this.#closed) {
      await this.#untilSaved();
      const savedAt = this.#changedAt;
      this.#changedAt = undefined;
      this.#superseded = new AbortController();
      await this.#reload(savedAt, this.#superseded.signal);
      // What was ended by a later change: the save to be told of is still the first.
      if (this.#superseded.signal.aborted && this.#changedAt !== undefined) this.#changedAt = savedAt;
    }
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
    const file = this.#file;
    try {
      // Not init: what a plugin does there, such as opening a port, it could not do beside the one that runs.
      const report = await checkPlugin(file, { depth: 'manifest', signal });
      if (!report.ok) {
        const running = await this.#replacement.isActive();
        return this.#onEvent({ type: 'check-failed', file, report, running });
      }
      await this.#replacement.start(this.#wrapper, signal);
      this.#onEvent({ type: 'started', file, ms: performance.now() - savedAt, report });
    } catch (error) {
      if (signal.aborted) return; // another run follows, or the end
      if (!(error instanceof LnPlayError)) throw error;
      this.#onEvent({ type: 'start-failed', file, error });
    }
  }
}
