import { availableParallelism } from 'node:os';
import { LnPlayError } from '../core/errors.js';
import { Playground, type PlaygroundContext } from '../network/playground.js';
import type { StartOptions } from '../network/playground-options.js';
import { findProcess } from '../process/table.js';
import { Stock } from './stock.js';

/** What a pool's playgrounds are, as `Playground.start` takes it, and how many are kept ready. */
export interface PoolOptions extends StartOptions {
  /** By default 2. */
  readonly size?: number | undefined;
}

const MOST = 50;

/**
 * Keeps playgrounds ready beside the tests: one that is asked for is there at once, and another is made in its place. All
 * of them are gone with the pool, and with our process, however it ends.
 *
 * @example
 * await using pool = new PlaygroundPool({ size: 3 });
 * const playground = await pool.acquire();
 * …
 * await pool.release(playground);
 */
export class PlaygroundPool implements AsyncDisposable {
  readonly #stock: Stock<Playground>;
  readonly #given = new Set<Playground>();

  /** @throws {LnPlayError} USAGE for a size that can't be */
  constructor({ size = 2, ...options }: PoolOptions = {}, context: Omit<PlaygroundContext, 'signal'> = {}) {
    if (!Number.isSafeInteger(size) || size < 1 || size > MOST)
      throw new LnPlayError('USAGE', `A pool of ${size} playgrounds: it keeps 1 to ${MOST}`, {
        hint: 'as many as there are tests at once, for example 2',
      });
    this.#stock = new Stock({
      size,
      atOnce: Math.max(1, Math.floor(availableParallelism() / 2)),
      make: (signal) => Playground.start(options, { ...context, signal }),
      isGood: runs,
      discard: (playground) => playground.dispose(),
    });
  }

  /** How many are ready, being made, and given away. */
  get counts(): { readonly ready: number; readonly making: number; readonly given: number } {
    return { ready: this.#stock.ready, making: this.#stock.making, given: this.#given.size };
  }

  /**
   * Waits until one is ready: what is wrong with the options shows at once.
   *
   * @throws what `Playground.start` throws
   */
  async warm(): Promise<void> {
    await this.#stock.warm();
  }

  /**
   * A playground of one's own: one that is ready, or the next one made.
   *
   * @throws {LnPlayError} ABORTED; what `Playground.start` throws
   */
  async acquire(signal?: AbortSignal): Promise<Playground> {
    const playground = await this.#stock.take(signal);
    this.#given.add(playground);
    return playground;
  }

  /** Removes a playground that was acquired. Whoever has disposed of it need not. */
  async release(playground: Playground): Promise<void> {
    this.#given.delete(playground);
    await playground.dispose();
  }

  /** Removes all playgrounds, those that were given away too. */
  async dispose(): Promise<void> {
    await Promise.all([this.#stock.close(), ...Array.from(this.#given, (playground) => this.release(playground))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** Whether all that belongs to it runs still; one that has just died is a child of ours that has not told yet. */
const runs = ({ bitcoind, nodes }: Playground): boolean =>
  [bitcoind, ...nodes].every(({ daemon: { pid } }) => pid !== undefined && findProcess(pid) !== undefined);
