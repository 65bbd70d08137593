import { waitFor, type WaitOptions } from '../core/wait.js';
import { startReaper, type Reaper } from './reaper.js';
import { sendSignal } from './signal.js';
import { descendants, isHeld, isRunning, listProcesses, type ProcessEntry } from './table.js';

const INTERVAL_MS = 1;

/**
 * Holds processes in the middle of whatever they do, and lets them go on. Should we be killed meanwhile, a reaper lets them
 * go on. What was stopped before is somebody else's, and stays so.
 */
export class Freezer {
  readonly #reaper: Reaper;
  readonly #held = new Map<number, ProcessEntry>();

  private constructor(reaper: Reaper) {
    this.#reaper = reaper;
  }

  static async create(): Promise<Freezer> {
    const letGo = { command: '/bin/sh', args: ['-c', 'for pid; do kill -CONT "$pid"; done', 'sh'] };
    return new Freezer(await startReaper(letGo));
  }

  /**
   * Stops processes with all that descend from them, parents first: a child that is started just then is found in the next
   * look. When this resolves, none of their threads is in the middle of a write.
   */
  async freeze(pids: readonly number[], wait: WaitOptions = {}): Promise<void> {
    for (;;) {
      const table = listProcesses();
      const family = pids.flatMap((pid) => descendants(pid, table));
      const running = family.filter(({ pid, isStopped }) => !isStopped && !this.#held.has(pid));
      if (running.length === 0) return;
      for (const entry of running) {
        await this.#reaper.tell(String(entry.pid));
        this.#held.set(entry.pid, entry);
        if (isRunning(entry)) sendSignal(entry.pid, 'SIGSTOP');
      }
      await waitFor(
        'all processes to stop',
        () => {
          const goesOn = running.find(({ pid }) => !isHeld(pid));
          return Promise.resolve(goesOn ? { seen: `${goesOn.args[0]} (process ${goesOn.pid}) goes on` } : DONE);
        },
        { ...wait, intervalMs: INTERVAL_MS },
      );
    }
  }

  /** Lets all of them go on. */
  async thaw(): Promise<void> {
    for (const entry of this.#held.values()) if (isRunning(entry)) sendSignal(entry.pid, 'SIGCONT');
    this.#held.clear();
    await this.#reaper.dismiss();
  }
}

const DONE = { done: undefined } as const;
