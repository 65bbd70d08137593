import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import { ABSENT, type Cluster, type PodState } from '../cluster.js';

/** How long a cluster that cannot be watched is left alone, in ms. */
const PAUSE_MS = 1_000;

/** How all pods do, by one watch for all who want to know. */
export class Watched {
  readonly #cluster: Cluster;
  readonly #states = new Map<string, PodState>();
  readonly #listeners = new Set<() => void>();
  #isCaughtUp = false;
  #problem: string | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Goes on until the signal; a cluster that cannot be reached is tried again. */
  async run(signal: AbortSignal): Promise<void> {
    const watcher = {
      tell: (host: string, state: PodState | undefined): void => {
        if (state) this.#states.set(host, state);
        else this.#states.delete(host);
        if (this.#isCaughtUp) this.#changed();
      },
      caughtUp: (): void => {
        this.#isCaughtUp = true;
        this.#problem = undefined;
        this.#changed();
      },
    };
    while (!signal.aborted) {
      try {
        await this.#cluster.watch(watcher, signal);
      } catch (error) {
        this.#problem = messageOf(error);
        this.#changed();
      }
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {}); // it has ended
    }
  }

  /** Undefined as long as nothing is known. */
  state(host: string): PodState | undefined {
    return this.#isCaughtUp ? (this.#states.get(host) ?? ABSENT) : undefined;
  }

  /** Why the cluster cannot be watched at this moment. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Calls `look` now and at each change until it gives something. */
  async until<T>(look: () => T | undefined, signal: AbortSignal): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#listeners.delete(listener);
        signal.removeEventListener('abort', onAbort);
        settle();
      };
      const onAbort = (): void => end(() => reject(signal.reason as Error));
      const listener = (): void => {
        try {
          const found = look();
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error));
        }
      };
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#listeners.add(listener);
      listener();
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
