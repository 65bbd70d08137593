import * as ldk from '#ldk';
import { messageOf } from '../../core/errors.js';
import type { Block, BlockId } from '../chain/blocks.js';
import type { ChainListener } from '../chain/follower.js';
import type { Log } from '../context.js';
import type { Store } from '../store/store.js';
import { displayHash } from '../bitcoin/hex.js';
import { makeObjects, STATE, type LdkObjects, type LdkParts } from './objects.js';

/** Where the engine sends what LDK decides. */
export interface EngineOutlets {
  /** Handles an LDK event, within the turn: changes to the store are committed together with LDK's own. */
  readonly event: (event: ldk.Event) => void;
  /** Notes transactions, in the turn, to be sent after its commit. */
  readonly broadcast: (transactions: readonly Uint8Array[]) => void;
  /** There is something new on disk. */
  readonly committed: () => void;
  /** A failure that leaves the state in memory in doubt: a panic in LDK, a disk that does not take what it must. */
  readonly broken: (why: string) => never;
}

/** Gossip comes again from the peers: it need not be on disk at once. */
const GRAPH_SAVE_MS = 10_000;
const PEER_TICK_MS = 10_000;
const MANAGER_TICK_MS = 60_000;

/**
 * LDK's objects, and the turn that drives them: events are handled until there are none left, then all that changed is
 * committed to disk at once, and only then messages, transactions and answers leave the process. So a crash at any
 * moment leaves a state that agrees with itself and with whatever others have been told.
 */
export class Engine {
  readonly manager: ldk.ChannelManager;
  readonly peers: ldk.PeerManager;
  readonly graph: ldk.NetworkGraph;
  readonly keysManager: ldk.KeysManager;
  readonly router: ldk.Router;
  readonly #store: Store;
  readonly #log: Log;
  readonly #providers: ldk.EventsProvider[];
  readonly #handler: ldk.EventHandler;
  readonly #listeners: ldk.Listen[];
  readonly #managerConfirm: ldk.Confirm;
  readonly #objects: LdkObjects;
  #unwatched: readonly ldk.ChannelMonitor[];
  readonly #timers: NodeJS.Timeout[] = [];
  #outlets: EngineOutlets | undefined;
  readonly #broadcasts: Uint8Array[] = [];
  #afterCommit: (() => void)[] = [];
  #scheduled: Promise<void> | undefined;
  #handled = 0;
  #forwardsWait = false;
  #best: BlockId;

  /** @throws when the state on disk cannot be read */
  constructor(parts: LdkParts) {
    this.#store = parts.store;
    this.#log = parts.log;
    const objects = makeObjects(parts, {
      broadcast: (transactions) => void this.#broadcasts.push(...transactions),
      persistFailed: (error) => this.broken(messageOf(error)),
    });
    this.#objects = objects;
    ({ manager: this.manager, peers: this.peers, graph: this.graph } = objects);
    ({ keysManager: this.keysManager, router: this.router, unwatched: this.#unwatched } = objects);
    this.#best = blockIdOf(this.manager.current_best_block());
    this.#providers = [this.manager.as_EventsProvider(), objects.monitors.as_EventsProvider()];
    this.#listeners = [objects.monitors.as_Listen(), this.manager.as_Listen()];
    this.#managerConfirm = this.manager.as_Confirm();
    this.#handler = ldk.EventHandler.new_impl({ handle_event: (event) => this.#handle(event) });
  }

  /** The block up to which LDK knows the chain. */
  get best(): BlockId {
    return this.#best;
  }

  /** Those who have to catch up on missed blocks before `begin`: each channel monitor, and the manager. */
  catchUp(onConnect: (block: Block) => void, onDisconnect: (previous: BlockId) => void): ChainListener[] {
    const { broadcaster, fees, logger } = this.#objects;
    const monitors = this.#unwatched.map((monitor): ChainListener => ({
      best: () => blockIdOf(monitor.current_best_block()),
      connect: (block) =>
        void monitor.block_connected(block.header, indexed(block), block.height, broadcaster, fees, logger),
      disconnect: (header, previous) =>
        monitor.block_disconnected(header, previous.height + 1, broadcaster, fees, logger),
    }));
    const manager = this.manager.as_Listen();
    return [
      ...monitors,
      {
        best: () => this.#best,
        connect: (block) => {
          manager.block_connected(block.raw, block.height);
          this.#best = { hash: block.hash, height: block.height };
          onConnect(block);
        },
        disconnect: (header, previous) => {
          manager.block_disconnected(header, previous.height + 1);
          this.#best = previous;
          onDisconnect(previous);
        },
      },
    ];
  }

  /** The listener for all blocks after `begin`. */
  listener(onConnect: (block: Block) => void, onDisconnect: (previous: BlockId) => void): ChainListener {
    return {
      best: () => this.#best,
      connect: (block) => {
        this.#objects.monitors.as_Listen().block_connected(block.raw, block.height);
        // the block's time first: LDK takes it for its channel_update's, which it may send as soon as the funding is in
        this.#managerConfirm.best_block_updated(block.header, block.height);
        this.#managerConfirm.transactions_confirmed(block.header, indexed(block), block.height);
        this.#best = { hash: block.hash, height: block.height };
        onConnect(block);
      },
      disconnect: (header, previous) => {
        for (const listener of this.#listeners) listener.block_disconnected(header, previous.height + 1);
        this.#best = previous;
        onDisconnect(previous);
      },
    };
  }

  /** Hands the monitors to LDK, which are at the tip now, and lets events flow. */
  begin(outlets: EngineOutlets): void {
    this.#outlets = outlets;
    const watch = this.#objects.monitors.as_Watch();
    for (const monitor of this.#unwatched) watch.watch_channel(monitor.get_funding_txo().get_a(), monitor);
    this.#unwatched = [];
    const every = (ms: number, tick: () => void): void => {
      this.#timers.push(setInterval(() => void this.act(tick), ms).unref());
    };
    every(PEER_TICK_MS, () => this.peers.timer_tick_occurred());
    every(MANAGER_TICK_MS, () => this.manager.timer_tick_occurred());
    every(GRAPH_SAVE_MS, () => this.#saveGossip());
    this.#turn();
  }

  /**
   * Does something with LDK, then takes a turn: the promise resolves when all that came of it is on disk.
   *
   * @throws what `action` throws
   */
  async act<T>(action: () => T): Promise<T> {
    const result = this.guard(action);
    await this.schedule();
    return result;
  }

  /** Calls LDK; a panic there, after which nothing in its memory can be relied on, ends the daemon. */
  guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof Error && error.name === 'RuntimeError') this.broken(`LDK panicked: ${error.stack}`);
      throw error;
    }
  }

  /** Takes a turn soon; what comes in until then is taken along. Resolves after its commit. */
  schedule(): Promise<void> {
    this.#scheduled ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#scheduled = undefined;
        if (this.#outlets) this.#turn();
        resolve();
      });
    });
    return this.#scheduled;
  }

  /** Runs `action` after the turn's commit: all that others can see. */
  afterCommit(action: () => void): void {
    this.#afterCommit.push(action);
  }

  /** HTLCs wait to be forwarded or received: LDK would have us wait a random time first, for privacy. */
  forwardSoon(): void {
    this.#forwardsWait = true;
  }

  broken(why: string): never {
    if (this.#outlets) return this.#outlets.broken(why);
    throw new Error(why);
  }

  /** Saves all and lets go of the timers. Peers have to be disconnected before. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    if (!this.#outlets) return;
    this.guard(() => this.#saveGossip());
    this.#turn();
    this.#outlets = undefined;
  }

  #saveGossip(): void {
    for (const [key, bytes] of [
      [STATE.graph, this.graph.write()],
      [STATE.scorer, this.#objects.scorer.write()],
    ] as const) {
      const old = this.#store.get(key);
      if (!old || Buffer.compare(old, bytes) !== 0) this.#store.put(key, bytes);
    }
  }

  #handle(event: ldk.Event): ldk.Result_NoneReplayEventZ {
    this.#handled++;
    try {
      this.#outlets!.event(event);
    } catch (error) {
      // one exception through LDK would stop its events for good
      this.#log.broken(`handling ${event.constructor.name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    return ldk.Result_NoneReplayEventZ.constructor_ok();
  }

  #turn(): void {
    let changed = false;
    try {
      do {
        this.#handled = 0;
        for (const provider of this.#providers) provider.process_pending_events(this.#handler);
        if (this.#forwardsWait) {
          this.#forwardsWait = false;
          this.manager.process_pending_htlc_forwards();
          this.#handled++;
        }
        this.peers.process_events();
      } while (this.#handled > 0);
      if (this.manager.get_and_clear_needs_persistence()) this.#store.put(STATE.manager, this.manager.write());
      const transactions = this.#broadcasts.splice(0);
      if (transactions.length > 0) this.#outlets!.broadcast(transactions);
      changed = this.#store.dirty;
      this.#store.commit();
    } catch (error) {
      this.broken(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    const actions = this.#afterCommit;
    this.#afterCommit = [];
    for (const action of actions) action();
    if (changed) this.#outlets?.committed();
  }
}

const blockIdOf = (best: ldk.BestBlock): BlockId => ({
  hash: displayHash(best.get_block_hash()),
  height: best.get_height(),
});

const indexed = (block: Block): ldk.TwoTuple_usizeTransactionZ[] =>
  block.transactions.map(({ raw }, i) => ldk.TwoTuple_usizeTransactionZ.constructor_new(i, raw));
