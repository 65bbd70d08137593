import * as ldk from '#ldk';
import type { BlockId } from '../chain/blocks.js';
import type { Fees } from '../chain/fees.js';
import type { Log, OptionValues } from '../context.js';
import type { Store } from '../store/store.js';
import { feeEstimator, userConfig } from './config.js';
import { err, ok } from './convert.js';
import { wireHash } from '../bitcoin/hex.js';
import type { NodeKeys } from '../node/keys.js';
import type { PathHop } from './event-types.js';
import type { Ignoring, LogTaps } from './log-taps.js';
import { tellingRouter } from './telling-router.js';
import { ldkLogger } from './logger.js';
import { monitorPersister, readMonitors } from './persist.js';
import { nodeSigner, signerProvider } from './signers.js';

/** What LDK's objects are made of. */
export interface LdkParts {
  readonly options: OptionValues;
  readonly log: Log;
  readonly store: Store;
  readonly keys: NodeKeys;
  readonly fees: Fees;
  /** Where a new node begins to follow the chain. */
  readonly tip: BlockId;
  /** The script that channels which close together pay to. */
  readonly walletScript: () => Uint8Array;
  readonly customMessages: ldk.CustomMessageHandler;
  readonly taps: LogTaps;
}

/** What LDK calls back in the middle of its work. */
export interface LdkCallbacks {
  readonly broadcast: (transactions: readonly Uint8Array[]) => void;
  readonly persistFailed: (error: unknown) => void;
  /** What is about to be sent of a payment. */
  readonly routeFound: (paymentHash: string, paths: readonly (readonly PathHop[])[]) => void;
}

/** LDK's objects, wired to each other. */
export interface LdkObjects {
  readonly manager: ldk.ChannelManager;
  readonly peers: ldk.PeerManager;
  readonly monitors: ldk.ChainMonitor;
  readonly graph: ldk.NetworkGraph;
  readonly scorer: ldk.MultiThreadedLockableScore;
  readonly keysManager: ldk.KeysManager;
  readonly router: ldk.Router;
  /** The monitors of a node that starts again: each has to catch up before it is watched. */
  readonly unwatched: readonly ldk.ChannelMonitor[];
  readonly broadcaster: ldk.BroadcasterInterface;
  readonly fees: ldk.FeeEstimator;
  readonly logger: ldk.Logger;
  /** Makes a manager of this state, and what speaks with its peers, beside all else that there is. @throws as `makeObjects` */
  readonly reread: (saved: Uint8Array) => ManagedObjects;
  /** LDK holds JavaScript objects weakly: what nobody else keeps. */
  readonly alive: readonly object[];
}

/** The channel manager, and the peers that it speaks with. */
export type ManagedObjects = Pick<LdkObjects, 'manager' | 'peers'>;

/** The keys of the store under which LDK's state is. */
export const STATE = { manager: 'manager', graph: 'graph', scorer: 'scorer' } as const;

const NETWORK = ldk.Network.LDKNetwork_Regtest;

/**
 * Makes LDK's objects, from the state in the store if there is one.
 *
 * @throws when that state cannot be read
 */
export function makeObjects(parts: LdkParts, callbacks: LdkCallbacks): LdkObjects {
  const { store, keys } = parts;
  const ignoring: Ignoring = { isOn: false };
  const logger = ldkLogger(parts.log, parts.taps, ignoring);
  const fees = feeEstimator(parts.fees);
  const broadcaster = ldk.BroadcasterInterface.new_impl({ broadcast_transactions: callbacks.broadcast });
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const keysManager = ldk.KeysManager.constructor_new(keys.channelSeed, BigInt(seconds), (now % 1000) * 1_000_000);
  const entropy = keysManager.as_EntropySource();
  const signer = nodeSigner(keys, keysManager, ignoring);
  const signers = signerProvider(keysManager, parts.walletScript);
  const persister = monitorPersister(store, callbacks.persistFailed);
  const noFilter = ldk.Option_FilterZ.constructor_none();
  const monitors = ldk.ChainMonitor.constructor_new(noFilter, broadcaster, logger, fees, persister);
  const graph = readGraph(store, logger);
  const scorer = readScorer(store, graph, logger);
  const ldkRouter = ldk.DefaultRouter.constructor_new(
    graph,
    logger,
    entropy,
    scorer.as_LockableScore(),
    ldk.ProbabilisticScoringFeeParameters.constructor_default(),
  ).as_Router();
  const router = tellingRouter(ldkRouter, callbacks.routeFound);
  const messageRouter = ldk.DefaultMessageRouter.constructor_new(graph, entropy).as_MessageRouter();
  const config = userConfig(parts.options, { announce: true });
  const watch = monitors.as_Watch();

  const restore = (saved: Uint8Array): { manager: ldk.ChannelManager; unwatched: ldk.ChannelMonitor[] } => {
    const unwatched = readMonitors(store, entropy, signers, { broadcaster, fees, logger });
    const read = ldk.UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelManagerZ_read(
      saved,
      entropy,
      signer,
      signers,
      fees,
      watch,
      broadcaster,
      router,
      messageRouter,
      logger,
      config,
      unwatched,
    );
    const manager = ok<ldk.TwoTuple_ThirtyTwoBytesChannelManagerZ>(read)?.get_b();
    if (!manager) throw new Error(`the channel manager's state cannot be read: ${String(err(read))}`);
    return { manager, unwatched };
  };
  const create = (): { manager: ldk.ChannelManager; unwatched: ldk.ChannelMonitor[] } => {
    const best = ldk.BestBlock.constructor_new(wireHash(parts.tip.hash), parts.tip.height);
    const manager = ldk.ChannelManager.constructor_new(
      fees,
      watch,
      broadcaster,
      router,
      messageRouter,
      logger,
      entropy,
      signer,
      signers,
      config,
      ldk.ChainParameters.constructor_new(NETWORK, best),
      seconds,
    );
    store.put(STATE.manager, manager.write());
    return { manager, unwatched: [] };
  };
  const saved = store.get(STATE.manager);
  const { manager, unwatched } = saved ? restore(saved) : create();

  const gossip = ldk.P2PGossipSync.constructor_new(graph, ldk.Option_UtxoLookupZ.constructor_none(), logger);
  const peersOf = (of: ldk.ChannelManager): ldk.PeerManager =>
    ldk.PeerManager.constructor_new(
      of.as_ChannelMessageHandler(),
      gossip.as_RoutingMessageHandler(),
      ldk.IgnoringMessageHandler.constructor_new().as_OnionMessageHandler(),
      parts.customMessages,
      seconds,
      entropy.get_secure_random_bytes(),
      logger,
      signer,
    );
  const reread = (state: Uint8Array): ManagedObjects => {
    const { manager: again } = restore(state);
    return { manager: again, peers: peersOf(again) };
  };
  const alive = [signer, signers, persister, gossip, router, messageRouter, parts.customMessages];
  const objects = {
    manager,
    peers: peersOf(manager),
    monitors,
    graph,
    scorer,
    keysManager,
    router: ldkRouter,
    unwatched,
  };
  return { ...objects, broadcaster, fees, logger, reread, alive };
}

function readGraph(store: Store, logger: ldk.Logger): ldk.NetworkGraph {
  const saved = store.get(STATE.graph);
  const read = saved && ok<ldk.NetworkGraph>(ldk.NetworkGraph.constructor_read(saved, logger));
  return read ?? ldk.NetworkGraph.constructor_new(NETWORK, logger);
}

function readScorer(store: Store, graph: ldk.NetworkGraph, logger: ldk.Logger): ldk.MultiThreadedLockableScore {
  const decay = ldk.ProbabilisticScoringDecayParameters.constructor_default();
  const saved = store.get(STATE.scorer);
  const read =
    saved && ok<ldk.ProbabilisticScorer>(ldk.ProbabilisticScorer.constructor_read(saved, decay, graph, logger));
  const scorer = read ?? ldk.ProbabilisticScorer.constructor_new(decay, graph, logger);
  return ldk.MultiThreadedLockableScore.constructor_new(scorer.as_Score());
}
