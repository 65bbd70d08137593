import * as ldk from '#ldk';
import { messageOf } from '../../core/errors.js';
import { displayHash } from '../bitcoin/hex.js';
import type { Block, BlockId } from '../chain/blocks.js';
import type { ChainListener } from '../chain/follower.js';
import type { Log } from '../context.js';
import type { Store } from '../store/store.js';
import type { Turns, Tx } from '../store/turns.js';
import { readEvent } from './events.js';
import type { LdkEvent, PathHop } from './event-types.js';
import { ManagerTimer } from './manager-timer.js';
import { makeObjects, STATE, type LdkObjects, type LdkParts, type ManagedObjects } from './objects.js';
import { confirmationsOf, unconfirm } from './unconfirm.js';

/** Where the engine sends what LDK decides, within the turn: it is committed together with LDK's own state. */
export interface EngineOutlets {
  readonly event: (event: LdkEvent, tx: Tx) => void;
  /** Notes transactions, to be sent after the commit. */
  readonly broadcast: (transactions: readonly Uint8Array[], tx: Tx) => void;
  /** There is something new on disk. */
  readonly committed: () => void;
}

/** What a block does beside what LDK makes of it. */
export interface ChainOutlets {
  readonly connected: (block: Block, tx: Tx) => void;
  readonly disconnected: (previous: BlockId, tx: Tx) => void;
}

/** Gossip comes again from the peers: it need not be on disk at once. */
const GRAPH_SAVE_MS = 10_000;
const PEER_TICK_MS = 10_000;
/** LDK lets go of a peer's wish to open a channel after so many ticks. */
const OPEN_REQUEST_TICKS = 2;

/** LDK's objects, and what drives them: before each commit events are handled until there are none left. */
export class Engine {
  readonly graph: ldk.NetworkGraph;
  readonly keysManager: ldk.KeysManager;
  readonly router: ldk.Router;
  readonly #turns: Turns;
  readonly #store: Store;
  readonly #log: Log;
  readonly #handler: ldk.EventHandler;
  readonly #objects: LdkObjects;
  #managed: Managed;
  /** Managers of which there is a newer one: LDK's other objects may still know them. */
  readonly #former: Managed[] = [];
  #unwatched: readonly ldk.ChannelMonitor[];
  readonly #timers: NodeJS.Timeout[] = [];
  #managerTimer: ManagerTimer | undefined;
  #outlets: EngineOutlets | undefined;
  readonly #broadcasts: Uint8Array[] = [];
  #handled = 0;
  #forwardsWait = false;
  #best: BlockId;

  /** @throws when the state on disk cannot be read */
  constructor(parts: LdkParts, turns: Turns, broken: (why: string) => never) {
    this.#turns = turns;
    this.#store = parts.store;
    this.#log = parts.log;
    const callbacks = {
      broadcast: (transactions: readonly Uint8Array[]) => void this.#broadcasts.push(...transactions),
      persistFailed: (error: unknown) => broken(messageOf(error)),
      routeFound: (paymentHash: string, paths: readonly (readonly PathHop[])[]) =>
        this.#tell({ type: 'routeFound', paymentHash, paths }),
    };
    const objects = turns.run(() => makeObjects(parts, callbacks));
    this.#objects = objects;
    ({ graph: this.graph, keysManager: this.keysManager, router: this.router, unwatched: this.#unwatched } = objects);
    this.#managed = managedOf(objects, objects);
    this.#best = blockIdOf(this.manager.current_best_block());
    this.#handler = ldk.EventHandler.new_impl({ handle_event: (event) => this.#handle(event) });
  }

  get manager(): ldk.ChannelManager {
    return this.#managed.manager;
  }

  get peers(): ldk.PeerManager {
    return this.#managed.peers;
  }

  /** The block up to which LDK knows the chain. */
  get best(): BlockId {
    return this.#best;
  }

  /** Our feature bits (BOLT #9), hex. */
  features(): Record<'init' | 'node', string> {
    // LDK writes features with their length in two bytes before them
    const bits = (features: { write(): Uint8Array }): string =>
      Buffer.from(features.write().subarray(2)).toString('hex');
    return { init: bits(this.manager.init_features()), node: bits(this.manager.node_features()) };
  }

  /** Those who have to catch up on missed blocks before `begin`: each channel monitor, and the manager. */
  catchUp({ connected, disconnected }: ChainOutlets): ChainListener[] {
    const { broadcaster, fees, logger } = this.#objects;
    const monitors = this.#unwatched.map((monitor) =>
      this.#inTurns({
        best: () => blockIdOf(monitor.current_best_block()),
        connect: (block) =>
          void monitor.block_connected(block.header, indexed(block), block.height, broadcaster, fees, logger),
        disconnect: (header, previous) =>
          monitor.block_disconnected(header, previous.height + 1, broadcaster, fees, logger),
      }),
    );
    const manager = this.manager.as_Listen();
    return [
      ...monitors,
      this.#inTurns({
        best: () => this.#best,
        connect: (block) => {
          manager.block_connected(block.raw, block.height);
          this.#best = { hash: block.hash, height: block.height };
          connected(block, this.#turns.current);
        },
        disconnect: (header, previous) => {
          manager.block_disconnected(header, previous.height + 1);
          this.#best = previous;
          disconnected(previous, this.#turns.current);
        },
      }),
    ];
  }

  /** The blocks in which the funding transactions of channels are. */
  fundingBlocks(): BlockId[] {
    return this.read(() => confirmationsOf(this.manager)).map(({ block }) => block);
  }

  /** A block with funding transactions is in the chain no longer; before LDK is told of that. */
  blockLost({ hash }: BlockId): void {
    this.#turns.run(() => this.#unconfirm(hash));
  }

  /** The listener for all blocks after `begin`. */
  listener({ connected, disconnected }: ChainOutlets): ChainListener {
    return this.#inTurns({
      best: () => this.#best,
      connect: (block) => {
        this.#objects.monitors.as_Listen().block_connected(block.raw, block.height);
        // the block's time first: LDK takes it for its channel_update's, which it may send as soon as the funding is in
        this.#managed.confirm.best_block_updated(block.header, block.height);
        this.#managed.confirm.transactions_confirmed(block.header, indexed(block), block.height);
        this.#best = { hash: block.hash, height: block.height };
        connected(block, this.#turns.current);
      },
      disconnect: (header, previous) => {
        this.#unconfirm(this.#best.hash);
        for (const listener of this.#managed.listeners) listener.block_disconnected(header, previous.height + 1);
        this.#best = previous;
        disconnected(previous, this.#turns.current);
      },
    });
  }

  /** Hands the monitors to LDK, which are at the tip now, and lets events flow. */
  begin(outlets: EngineOutlets): void {
    this.#outlets = outlets;
    this.#turns.run(() => {
      const watch = this.#objects.monitors.as_Watch();
      for (const monitor of this.#unwatched) watch.watch_channel(monitor.get_funding_txo().get_a(), monitor);
      this.#unwatched = [];
    });
    const every = (ms: number, tick: () => void): void => {
      this.#timers.push(setInterval(() => this.#turns.run(tick), ms).unref());
    };
    every(PEER_TICK_MS, () => this.peers.timer_tick_occurred());
    this.#startManagerTimer();
    every(GRAPH_SAVE_MS, () => this.#saveGossip(this.#turns.current));
    this.#turns.begin((tx) => this.#drain(outlets, tx), outlets.committed);
  }

  /** Reads what LDK knows. */
  read<T>(read: () => T): T {
    return this.#turns.guard(read);
  }

  /** HTLCs wait to be forwarded or received: LDK would have us wait a random time first, for privacy. */
  forwardSoon(): void {
    this.#forwardsWait = true;
  }

  /** LDK is given something for so many ticks of the manager's timer, which are to be minutes. */
  holdTimer(ticks: number): void {
    this.#managerTimer?.hold(ticks);
  }

  /** The feerates are others than before. */
  feesChanged(): void {
    this.#managerTimer?.onFees();
    this.#turns.run(() => {}); // at its end the timer ticks
  }

  /** Brings to disk what gossip has told by now. */
  saveGossip(): void {
    this.#turns.run((tx) => this.#saveGossip(tx));
  }

  /** Saves all and lets go of the timers. Peers have to be disconnected before. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#managerTimer?.stop();
    if (!this.#outlets) return;
    this.saveGossip();
    this.#turns.end();
    this.#outlets = undefined;
  }

  #startManagerTimer(): void {
    this.#managerTimer?.stop();
    this.#managerTimer = new ManagerTimer(this.manager, (tick) => this.#turns.run(tick));
  }

  /**
   * LDK closes a channel that carries payments when its funding transaction loses its block, though that is in another one a
   * moment later. So it goes on with a manager in whose state it never was in one. Peers have to connect again.
   */
  #unconfirm(blockHash: string): void {
    const lost = confirmationsOf(this.manager).filter(({ block }) => block.hash === blockHash);
    if (lost.length === 0) return;
    this.peers.disconnect_all_peers();
    let state: Uint8Array = this.manager.write();
    for (const confirmation of lost) {
      const changed = unconfirm(state, confirmation);
      if (changed) state = changed;
      else
        this.#log.broken(
          `channel ${confirmation.channelId}: LDK's state is not as we know it, and LDK will close the channel`,
        );
    }
    this.#former.push(this.#managed);
    this.#managed = managedOf(this.#objects.reread(state), this.#objects);
    this.#turns.current.put(STATE.manager, state);
    if (this.#managerTimer) this.#startManagerTimer();
  }

  #inTurns({ best, connect, disconnect }: ChainListener): ChainListener {
    return {
      best,
      connect: (block) => this.#turns.run(() => connect(block)),
      disconnect: (header, previous) => this.#turns.run(() => disconnect(header, previous)),
    };
  }

  #saveGossip(tx: Tx): void {
    for (const [key, bytes] of [
      [STATE.graph, this.graph.write()],
      [STATE.scorer, this.#objects.scorer.write()],
    ] as const) {
      const old = this.#store.get(key);
      if (!old || Buffer.compare(old, bytes) !== 0) tx.put(key, bytes);
    }
  }

  #handle(event: ldk.Event): ldk.Result_NoneReplayEventZ {
    this.#handled++;
    try {
      if (event instanceof ldk.Event_PaymentSent) this.#managerTimer?.onPayment();
      if (event instanceof ldk.Event_OpenChannelRequest) this.#managerTimer?.hold(OPEN_REQUEST_TICKS);
      if (event instanceof ldk.Event_PendingHTLCsForwardable) this.forwardSoon();
      else {
        const read = readEvent(event);
        if (read) this.#tell(read);
        else this.#log.trace(`LDK event ${event.constructor.name}`);
      }
    } catch (error) {
      this.#handlingFailed(event.constructor.name, error);
    }
    return ldk.Result_NoneReplayEventZ.constructor_ok();
  }

  #tell(event: LdkEvent): void {
    try {
      this.#outlets?.event(event, this.#turns.current);
    } catch (error) {
      this.#handlingFailed(event.type, error);
    }
  }

  /** One exception through LDK would stop its events for good. */
  #handlingFailed(what: string, error: unknown): void {
    this.#log.broken(`handling ${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  #drain(outlets: EngineOutlets, tx: Tx): void {
    this.#managerTimer?.tickEarly();
    do {
      this.#handled = 0;
      for (const provider of this.#managed.providers) provider.process_pending_events(this.#handler);
      if (this.#forwardsWait) {
        this.#forwardsWait = false;
        this.manager.process_pending_htlc_forwards();
        this.#handled++;
      }
      this.peers.process_events();
    } while (this.#handled > 0);
    if (this.manager.get_and_clear_needs_persistence()) tx.put(STATE.manager, this.manager.write());
    const transactions = this.#broadcasts.splice(0);
    if (transactions.length > 0) outlets.broadcast(transactions, tx);
  }
}

/** The manager, its peers, and the ways to them. */
interface Managed extends ManagedObjects {
  readonly confirm: ldk.Confirm;
  readonly listeners: readonly ldk.Listen[];
  readonly providers: readonly ldk.EventsProvider[];
}

const managedOf = ({ manager, peers }: ManagedObjects, { monitors }: Pick<LdkObjects, 'monitors'>): Managed => ({
  manager,
  peers,
  confirm: manager.as_Confirm(),
  listeners: [monitors.as_Listen(), manager.as_Listen()],
  providers: [manager.as_EventsProvider(), monitors.as_EventsProvider()],
});

const blockIdOf = (best: ldk.BestBlock): BlockId => ({
  hash: displayHash(best.get_block_hash()),
  height: best.get_height(),
});

const indexed = (block: Block): ldk.TwoTuple_usizeTransactionZ[] =>
  block.transactions.map(({ raw }, i) => ldk.TwoTuple_usizeTransactionZ.constructor_new(i, raw));
