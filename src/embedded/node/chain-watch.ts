import { messageOf } from '../../core/errors.js';
import { waitFor } from '../../core/wait.js';
import type { Block, BlockId, BlockSource } from '../chain/blocks.js';
import { ChainFollower, GoneBackwardsError, synchronize } from '../chain/follower.js';
import type { Context, Log } from '../context.js';
import type { ChainOutlets, Engine } from '../ldk/engine.js';
import type { Tx } from '../store/turns.js';
import type { Tell } from './tell.js';
import type { Waiters } from './waiters.js';

const DEFAULT_PATIENCE_SECONDS = 60;
const RETRY_MS = 20;

export interface ChainWatchParts {
  readonly options: Pick<Context['options'], 'number'>;
  readonly log: Log;
  readonly fatal: Context['fatal'];
  readonly tell: Tell;
  readonly source: BlockSource;
  readonly changes: Waiters;
  /** What the node's parts make of a block that came, or was taken back. */
  readonly connected: (tx: Tx, block: Block) => void;
  readonly disconnected: (tx: Tx, height: number) => void;
  /** There are new blocks, and all that came of them is on disk. */
  readonly moved: () => void;
  /** bitcoind was away and is back. */
  readonly found: () => void;
}

/** What the node makes of the chain: first the blocks that it missed, then each as it comes. */
export class ChainWatch {
  readonly #parts: ChainWatchParts;
  #engine: Pick<Engine, 'best'> | undefined;
  #follower: ChainFollower | undefined;
  #first: Promise<BlockId> | undefined;

  constructor(parts: ChainWatchParts) {
    this.#parts = parts;
  }

  /** Whether bitcoind answers, and whether we know all the blocks that it had when we started. */
  get sync(): { readonly bitcoind: boolean; readonly blocks: boolean } {
    return { bitcoind: this.#follower?.connected ?? false, blocks: this.#follower !== undefined };
  }

  /**
   * The tip at the start; waits for bitcoind to be there, for as long as lightningd does.
   *
   * @throws {LnPlayError} TIMEOUT
   */
  firstTip(): Promise<BlockId> {
    const { options, source } = this.#parts;
    this.#first ??= waitFor<BlockId>(
      'bitcoind to answer',
      async () => {
        try {
          return { done: await source.tip() };
        } catch (error) {
          return { seen: messageOf(error) };
        }
      },
      {
        timeoutMs: 1000 * (options.number('bitcoin-retry-timeout') ?? DEFAULT_PATIENCE_SECONDS),
        intervalMs: RETRY_MS,
      },
    );
    return this.#first;
  }

  /** Brings LDK to the tip; ends the daemon if bitcoind has another chain than the one that LDK knows. */
  async catchUp(engine: Pick<Engine, 'best' | 'catchUp' | 'fundingBlocks' | 'blockLost'>): Promise<void> {
    this.#engine = engine;
    const { source, fatal } = this.#parts;
    const { height } = engine.best;
    const tip = await this.firstTip();
    for (const block of engine.fundingBlocks())
      if ((await source.hashAt(block.height)) !== block.hash) engine.blockLost(block);
    for (const listener of engine.catchUp(this.#outlets)) {
      try {
        await synchronize(source, listener, () => {});
      } catch (error) {
        if (!(error instanceof GoneBackwardsError)) throw error;
        const what =
          tip.height < height ? `bitcoind has gone backwards from ${height} to ${tip.height} blocks!` : error.message;
        fatal(`${what} Chain and nodes have to be saved and restored together.`);
      }
    }
  }

  /** Follows the chain from now on. */
  follow(engine: Pick<Engine, 'listener'>): void {
    const { source, fatal, moved, found } = this.#parts;
    const log = this.#parts.log.child('plugin-bcli');
    const events = {
      moved,
      lost: (why: string) => log.unusual(`bitcoind is away: ${why}`),
      found: () => {
        log.info('bitcoind is back');
        found();
      },
      backwards: (why: string) => fatal(why),
    };
    this.#follower = new ChainFollower(source, engine.listener(this.#outlets), events, log);
    this.#follower.start();
  }

  async stop(): Promise<void> {
    await this.#follower?.stop();
  }

  /** Resolves when LDK knows the chain up to `height`; to false when `signal` fires before. */
  async waitHeight(height: number, signal: AbortSignal): Promise<boolean> {
    const isThere = (): boolean => (this.#engine?.best.height ?? 0) >= height;
    await this.#parts.changes.until(() => isThere() || undefined, signal);
    return isThere();
  }

  get #outlets(): ChainOutlets {
    return {
      connected: (block, tx) => this.#connected(tx, block),
      disconnected: ({ height }, tx) => this.#disconnected(tx, height + 1),
    };
  }

  #connected(tx: Tx, block: Block): void {
    const { log, tell, connected } = this.#parts;
    const { hash, height } = block;
    connected(tx, block);
    log.debug(`Adding block ${height}: ${hash}`);
    tell(tx, 'block_added', { hash, height });
  }

  #disconnected(tx: Tx, height: number): void {
    this.#parts.disconnected(tx, height);
    this.#parts.log.unusual(`Block ${height} was reorganised away`);
  }
}
