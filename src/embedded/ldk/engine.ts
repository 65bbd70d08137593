import * as ldk from '#ldk';
import { messageOf } from '../../core/errors.js';
import type { Block, BlockId } from '../chain/blocks.js';
import type { ChainListener } from '../chain/follower.js';
import type { Log, OptionValues } from '../context.js';
import type { Store } from '../store/store.js';
import { feeEstimator, userConfig } from './config.js';
import { displayHash, err, ok, wireHash } from './convert.js';
import type { NodeKeys } from './keys.js';
import type { LogTaps } from './log-taps.js';
import { ldkLogger } from './logger.js';
import { monitorPersister, readMonitors } from './persist.js';
import { nodeSigner, signerProvider } from './signers.js';

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

export interface EngineParts {
  readonly options: OptionValues;
  readonly log: Log;
  readonly store: Store;
  readonly keys: NodeKeys;
  /** Where a new node begins to follow the chain. */
  readonly tip: BlockId;
  /** The script that channels which close together pay to. */
  readonly walletScript: () => Uint8Array;
  readonly customMessages: ldk.CustomMessageHandler;
  readonly taps: LogTaps;
}

const SCORER = 'scorer';
const GRAPH = 'graph';
const MANAGER = 'manager';
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
  readonly monitors: ldk.ChainMonitor;
  readonly graph: ldk.NetworkGraph;
  readonly keysManager: ldk.KeysManager;
  readonly router: ldk.Router;
  readonly #store: Store;
  readonly #log: Log;
  readonly #scorer: ldk.MultiThreadedLockableScore;
  readonly #providers: ldk.EventsProvider[];
  readonly #handler: ldk.EventHandler;
  readonly #listeners: ldk.Listen[];
  /** LDK holds JavaScript objects weakly. */
  readonly #alive: object[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  #outlets: EngineOutlets | undefined;
  readonly #broadcasts: Uint8Array[] = [];
  #afterCommit: (() => void)[] = [];
  #scheduled: Promise<void> | undefined;
  #handled = 0;
  #forwardsWait = false;
  #best: BlockId;

  /** @throws when the state on disk cannot be read */
  constructor(parts: EngineParts) {
    const { options, log, store, keys } = parts;
    this.#store = store;
    this.#log = log;
    const { network, logger, fees, broadcaster } = this.#callbacks(parts);
    const now = BigInt(Date.now());
    this.keysManager = ldk.KeysManager.constructor_new(keys.channelSeed, now / 1000n, Number(now % 1000n) * 1_000_000);
    const entropy = this.keysManager.as_EntropySource();
    const signer = nodeSigner(keys, this.keysManager);
    const signers = signerProvider(this.keysManager, parts.walletScript);
    const persister = monitorPersister(store, (error) => this.broken(messageOf(error)));
    this.monitors = ldk.ChainMonitor.constructor_new(
      ldk.Option_FilterZ.constructor_none(),
      broadcaster,
      logger,
      fees,
      persister,
    );
    this.graph = readGraph(store, network, logger);
    this.#scorer = readScorer(store, this.graph, logger);
    this.router = ldk.DefaultRouter.constructor_new(
      this.graph,
      logger,
      entropy,
      this.#scorer.as_LockableScore(),
      ldk.ProbabilisticScoringFeeParameters.constructor_default(),
    ).as_Router();
    const messageRouter = ldk.DefaultMessageRouter.constructor_new(this.graph, entropy).as_MessageRouter();
    const config = userConfig(options, { announce: true });
    const watch = this.monitors.as_Watch();
    const saved = store.get(MANAGER);
    if (saved) {
      const monitors = readMonitors(store, entropy, signers, { broadcaster, fees, logger });
      const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelManagerZ_read(
        saved,
        entropy,
        signer,
        signers,
        fees,
        watch,
        broadcaster,
        this.router,
        messageRouter,
        logger,
        config,
        monitors,
      );
      const manager = ok<ldk.TwoTuple_ThirtyTwoBytesChannelManagerZ>(read)?.get_b();
      if (!manager) throw new Error(`the channel manager's state cannot be read: ${String(err(read))}`);
      this.manager = manager;
      this.#unwatched = monitors;
    } else {
      const best = ldk.BestBlock.constructor_new(wireHash(parts.tip.hash), parts.tip.height);
      this.manager = ldk.ChannelManager.constructor_new(
        fees,
        watch,
        broadcaster,
        this.router,
        messageRouter,
        logger,
        entropy,
        signer,
        signers,
        config,
        ldk.ChainParameters.constructor_new(network, best),
        Math.floor(Date.now() / 1000),
      );
      store.put(MANAGER, this.manager.write());
    }
    this.#best = blockIdOf(this.manager.current_best_block());
    const gossip = ldk.P2PGossipSync.constructor_new(this.graph, ldk.Option_UtxoLookupZ.constructor_none(), logger);
    this.peers = ldk.PeerManager.constructor_new(
      this.manager.as_ChannelMessageHandler(),
      gossip.as_RoutingMessageHandler(),
      ldk.IgnoringMessageHandler.constructor_new().as_OnionMessageHandler(),
      parts.customMessages,
      Math.floor(Date.now() / 1000),
      entropy.get_secure_random_bytes(),
      logger,
      signer,
    );
    this.#providers = [this.manager.as_EventsProvider(), this.monitors.as_EventsProvider()];
    this.#listeners = [this.monitors.as_Listen(), this.manager.as_Listen()];
    this.#handler = ldk.EventHandler.new_impl({ handle_event: (event) => this.#handle(event) });
    this.#alive.push(
      signer,
      signers,
      persister,
      gossip,
      logger,
      fees,
      broadcaster,
      messageRouter,
      parts.customMessages,
    );
    this.#chain = { broadcaster, fees, logger };
  }

  #unwatched: ldk.ChannelMonitor[] = [];
  readonly #chain: { broadcaster: ldk.BroadcasterInterface; fees: ldk.FeeEstimator; logger: ldk.Logger };

  #callbacks({ log, taps }: EngineParts) {
    return {
      network: ldk.Network.LDKNetwork_Regtest,
      logger: ldkLogger(log, taps),
      fees: feeEstimator(),
      broadcaster: ldk.BroadcasterInterface.new_impl({
        broadcast_transactions: (transactions) => void this.#broadcasts.push(...transactions),
      }),
    };
  }

  /** The block up to which LDK knows the chain. */
  get best(): BlockId {
    return this.#best;
  }

  /** Those who have to catch up on missed blocks before `begin`: each channel monitor, and the manager. */
  catchUp(onConnect: (block: Block) => void): ChainListener[] {
    const { broadcaster, fees, logger } = this.#chain;
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
        },
      },
    ];
  }

  /** The listener for all blocks after `begin`. */
  listener(onConnect: (block: Block) => void, onDisconnect: (previous: BlockId) => void): ChainListener {
    return {
      best: () => this.#best,
      connect: (block) => {
        for (const listener of this.#listeners) listener.block_connected(block.raw, block.height);
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
    const watch = this.monitors.as_Watch();
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
      [GRAPH, this.graph.write()],
      [SCORER, this.#scorer.write()],
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
      if (this.manager.get_and_clear_needs_persistence()) this.#store.put(MANAGER, this.manager.write());
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

function readGraph(store: Store, network: ldk.Network, logger: ldk.Logger): ldk.NetworkGraph {
  const saved = store.get(GRAPH);
  const read = saved && ok<ldk.NetworkGraph>(ldk.NetworkGraph.constructor_read(saved, logger));
  return read ?? ldk.NetworkGraph.constructor_new(network, logger);
}

function readScorer(store: Store, graph: ldk.NetworkGraph, logger: ldk.Logger): ldk.MultiThreadedLockableScore {
  const decay = ldk.ProbabilisticScoringDecayParameters.constructor_default();
  const saved = store.get(SCORER);
  const read =
    saved && ok<ldk.ProbabilisticScorer>(ldk.ProbabilisticScorer.constructor_read(saved, decay, graph, logger));
  const scorer = read ?? ldk.ProbabilisticScorer.constructor_new(decay, graph, logger);
  return ldk.MultiThreadedLockableScore.constructor_new(scorer.as_Score());
}
