import { bigintAsText } from '../core/bigint-text.js';
import { LnPlayError } from '../core/errors.js';
import type { StartOptions } from '../network/playground-options.js';
import { Playground } from '../network/playground.js';
import { PlaygroundPool } from './pool.js';

/** How tests that use playgrounds of the same kind are kept apart. */
export interface Isolation {
  readonly isolate?: 'fresh' | 'revert' | undefined;
  readonly prewarm?: number | undefined;
}

/** A playground that several tests have, one after the other. */
interface Shared {
  readonly playground: Playground;
  /** The snapshot of what it was when it was made. */
  readonly clean: string;
  isClean: boolean;
}

/** The playgrounds of the tests of one process, by how they are made. */
export class WorkerPlaygrounds implements AsyncDisposable {
  readonly #shared = new Map<string, Promise<Shared>>();
  readonly #pools = new Map<string, PlaygroundPool>();

  /**
   * Lends a playground that is as nobody has used it before.
   *
   * @throws {LnPlayError} USAGE for `prewarm` with `isolate: 'revert'`; what `Playground.start` throws
   */
  async use(
    options: StartOptions,
    { isolate = 'fresh', prewarm }: Isolation,
    body: (playground: Playground) => Promise<void>,
  ): Promise<void> {
    if (isolate === 'revert') {
      if (prewarm !== undefined)
        throw new LnPlayError('USAGE', "prewarm keeps fresh playgrounds ready, and isolate is 'revert'", {
          hint: 'leave one of them out',
        });
      return await this.#useShared(options, body);
    }
    if (prewarm !== undefined) return await this.#usePooled(options, prewarm, body);
    const playground = await Playground.start(options);
    try {
      await body(playground);
    } finally {
      await playground.dispose();
    }
  }

  async #useShared(options: StartOptions, body: (playground: Playground) => Promise<void>): Promise<void> {
    const key = keyOf(options);
    const making = this.#shared.get(key) ?? share(options);
    this.#shared.set(key, making);
    const shared = await making;
    if (!shared.isClean) await shared.playground.revert(shared.clean);
    shared.isClean = false;
    await body(shared.playground);
  }

  async #usePooled(
    options: StartOptions,
    size: number,
    body: (playground: Playground) => Promise<void>,
  ): Promise<void> {
    const key = keyOf({ ...options, size });
    const pool = this.#pools.get(key) ?? new PlaygroundPool({ ...options, size });
    this.#pools.set(key, pool);
    const playground = await pool.acquire();
    try {
      await body(playground);
    } finally {
      await pool.release(playground);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const shared = await Promise.allSettled(this.#shared.values());
    await Promise.all([
      ...shared.flatMap((each) => (each.status === 'fulfilled' ? [each.value.playground.dispose()] : [])),
      ...Array.from(this.#pools.values(), (pool) => pool.dispose()),
    ]);
  }
}

async function share(options: StartOptions): Promise<Shared> {
  const playground = await Playground.start(options);
  return { playground, clean: await playground.snapshot(), isClean: true };
}

const keyOf = (options: object): string => JSON.stringify(options, bigintAsText);
