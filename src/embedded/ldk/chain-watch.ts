import { messageOf } from '../../core/errors.js';
import { waitFor } from '../../core/wait.js';
import type { Block, BlockId } from '../chain/blocks.js';
import { ChainFollower, GoneBackwardsError, synchronize } from '../chain/follower.js';
import { outpointName } from '../bitcoin/transaction.js';
import type { Node } from './node.js';

const DEFAULT_PATIENCE_SECONDS = 60;
const RETRY_MS = 50;

/** What the node makes of the chain: first the blocks that it missed, then each as it comes. */
export class ChainWatch {
  readonly #node: Node;
  #follower: ChainFollower | undefined;
  #first: Promise<BlockId> | undefined;

  constructor(node: Node) {
    this.#node = node;
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
    const { options } = this.#node.ctx;
    this.#first ??= waitFor<BlockId>(
      'bitcoind to answer',
      async () => {
        try {
          return { done: await this.#node.source.tip() };
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

  /** Brings LDK to the tip; ends the daemon where bitcoind has another chain than the one that LDK knows. */
  async catchUp(): Promise<void> {
    const { ctx, engine, source } = this.#node;
    const { height } = engine.best;
    const tip = await this.firstTip();
    for (const listener of engine.catchUp(
      (block) => this.#connected(block),
      (previous) => this.#disconnected(previous),
    )) {
      try {
        await synchronize(source, listener, () => {});
      } catch (error) {
        if (!(error instanceof GoneBackwardsError)) throw error;
        const what =
          tip.height < height ? `bitcoind has gone backwards from ${height} to ${tip.height} blocks!` : error.message;
        ctx.fatal(`${what} Chain and nodes have to be saved and restored together.`);
      }
    }
  }

  /** Follows the chain from now on. */
  follow(): void {
    const { ctx, engine, source, broadcaster } = this.#node;
    const listener = engine.listener(
      (block) => this.#connected(block),
      (previous) => this.#disconnected(previous),
    );
    const log = ctx.log.child('plugin-bcli');
    const events = {
      moved: () => this.#moved(),
      lost: (why: string) => log.unusual(`bitcoind is away: ${why}`),
      found: () => {
        log.info('bitcoind is back');
        void broadcaster.resend();
      },
      backwards: (why: string) => ctx.fatal(why),
    };
    this.#follower = new ChainFollower(source, listener, events, log);
    this.#follower.start();
  }

  async stop(): Promise<void> {
    await this.#follower?.stop();
  }

  /** Resolves when LDK knows the chain up to `height`; to false when `signal` fires before. */
  async waitHeight(height: number, signal: AbortSignal): Promise<boolean> {
    const { changes, engine } = this.#node;
    await changes.until(() => (engine.best.height >= height ? true : undefined), signal);
    return engine.best.height >= height;
  }

  #connected(block: Block): void {
    const { channels, broadcaster, log } = this.#node;
    const spends = new Map(
      block.transactions.flatMap(({ txid, inputs }) =>
        inputs.map((input): [string, string] => [outpointName(input), txid]),
      ),
    );
    channels.onBlock(block.height, spends);
    for (const outpoint of spends.keys()) this.#node.spent(outpoint);
    broadcaster.confirmed(block);
    log.debug(`Adding block ${block.height}: ${block.hash}`);
    this.#node.notify('block_added', { hash: block.hash, height: block.height });
  }

  #disconnected(previous: BlockId): void {
    const height = previous.height + 1;
    this.#node.channels.onBlockLost(height);
    this.#node.log.unusual(`Block ${height} was reorganised away`);
  }

  #moved(): void {
    const { engine, announcer, broadcaster, neverFunded, sweeper } = this.#node;
    engine.afterCommit(() => {
      announcer.soon();
      void broadcaster.resend();
      void sweeper.sweep();
      neverFunded.look();
    });
    void engine.schedule();
  }
}
