import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../core/errors.js';
import type { Log } from '../context.js';
import { displayHash } from '../bitcoin/hex.js';
import { type Block, type BlockId, type BlockSource } from './blocks.js';

/** Who is told of the chain, block by block, in order. */
export interface ChainListener {
  /** The block up to which it knows the chain. */
  readonly best: () => BlockId;
  readonly connect: (block: Block) => void;
  /** Takes back the block at the tip, which is `best()`; its header, and the block before. */
  readonly disconnect: (header: Buffer, previous: BlockId) => void;
}

/** How many blocks are fetched at once. */
const AHEAD = 16;
const RETRY_MS = 250;
const STOPPED = Symbol('stopped');

/** The chain is another one than the node has seen: bitcoind "has gone backwards". */
export class GoneBackwardsError extends Error {}

/**
 * Brings a listener to the tip of the best chain: first back to the last block that it shares with it, then forward.
 * Stops between two batches of blocks when `signal` has fired.
 *
 * @throws {GoneBackwardsError} when bitcoind does not know the listener's block or is below it with nothing new
 */
export async function synchronize(
  source: BlockSource,
  listener: ChainListener,
  onBatch: () => void,
  signal?: AbortSignal,
): Promise<void> {
  await rewind(source, listener);
  for (;;) {
    if (signal?.aborted) return;
    const from = listener.best().height + 1;
    const fetched = await Promise.all(Array.from({ length: AHEAD }, (_, i) => source.blockAt(from + i)));
    let connected = 0;
    for (const block of fetched) {
      if (!block || block.previous !== listener.best().hash) break; // the chain changed while it was read
      listener.connect(block);
      connected++;
    }
    if (connected > 0) onBatch();
    if (connected === AHEAD) continue;
    if (connected === 0 && fetched[0] && fetched[0].previous !== listener.best().hash) await rewind(source, listener);
    else if (fetched[connected] === undefined) return;
  }
}

async function rewind(source: BlockSource, listener: ChainListener): Promise<void> {
  for (;;) {
    const { hash, height } = listener.best();
    if ((await source.hashAt(height)) === hash) return;
    const header = await source.header(hash);
    if (!header || height === 0)
      throw new GoneBackwardsError(
        `bitcoind does not know block ${hash} at height ${height}, which this node has seen`,
      );
    const previous = displayHash(header.subarray(4, 36));
    listener.disconnect(header, { hash: previous, height: height - 1 });
  }
}

export interface FollowerEvents {
  /** Blocks were connected or disconnected. */
  readonly moved: () => void;
  readonly lost: (why: string) => void;
  readonly found: () => void;
  readonly backwards: (why: string) => void;
}

/** Follows bitcoind's best chain until it is stopped; keeps trying while bitcoind is away. */
export class ChainFollower {
  readonly #source: BlockSource;
  readonly #listener: ChainListener;
  readonly #events: FollowerEvents;
  readonly #log: Log;
  readonly #stopped = new AbortController();
  readonly #whenStopped = once(this.#stopped.signal, 'abort').then(() => STOPPED);
  #running: Promise<void> | undefined;
  #connected = true;

  constructor(source: BlockSource, listener: ChainListener, events: FollowerEvents, log: Log) {
    this.#source = source;
    this.#listener = listener;
    this.#events = events;
    this.#log = log;
  }

  /** Whether bitcoind answered the last time it was asked. */
  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const pause = await this.#poll();
      if (pause > 0) await delay(pause, undefined, { signal: this.#stopped.signal }).catch(() => {}); // stopped
    }
  }

  /** Waits for the next tip and goes there. @returns how long to leave bitcoind in peace, in ms */
  async #poll(): Promise<number> {
    try {
      const { hash } = this.#listener.best();
      // one that was away is not asked to hold the question: that it answers is news too
      const asked = this.#connected ? this.#source.tipHashAfter(hash) : this.#source.tipHash();
      const tip = await Promise.race([asked, this.#whenStopped]);
      if (tip === STOPPED) return 0;
      if (!this.#connected) {
        this.#connected = true;
        this.#events.found();
      }
      if (tip !== this.#listener.best().hash)
        await synchronize(this.#source, this.#listener, this.#events.moved, this.#stopped.signal);
      return 0;
    } catch (error) {
      if (this.#stopped.signal.aborted) return 0;
      if (error instanceof GoneBackwardsError) this.#events.backwards(error.message);
      else if (this.#connected) {
        this.#connected = false;
        this.#events.lost(messageOf(error));
      } else this.#log.trace(`bitcoind: ${messageOf(error)}`);
      return RETRY_MS;
    }
  }
}
