/// <reference types="node" preserve="true" />
/**
 * ln-play as a library: a regtest playground from a test or a script.
 *
 * @example
 * import { Playground } from 'ln-play';
 *
 * await using playground = await Playground.start();
 * const [l1, l2] = playground.nodes;
 * await playground.fundAndChannel({ from: l2, to: l1 });
 * const { payment } = await playground.payDemo({ from: l2, to: l1 });
 */
export { Playground, type PlaygroundContext, type UpReport } from './network/playground.js';
export type { NodeOption } from './network/up-options.js';
export type { NodeName, PlaygroundOptions } from './network/playground-options.js';
export type { NetworkLiteral } from './network-file/schema.js';
export type {
  ChainSpec,
  ChannelSpec,
  Edge,
  NetworkSpec,
  NodeKey,
  NodeSpec,
  PolicySpec,
  TrafficSpec,
} from './network/spec.js';
export type { Change, Loss } from './network/apply/change.js';
export type { NetworkPlan } from './network/apply/plan-network.js';
export type { Balanced } from './network/balance.js';
export type { OpenChannel, OpenOptions } from './network/channels.js';
export type { ClosedChannel, CloseOptions } from './network/close.js';
export { ClnNode } from './nodes/cln/cln-node.js';
export type {
  Channel,
  ChannelPhase,
  Coin,
  DecodedInvoice,
  Feerates,
  Invoice as NodeInvoice,
  LightningNode,
  NodeInfo,
  Payment,
  Policy,
  Tip,
} from './nodes/node.js';
export type { ReorgOptions } from './network/weather/replace-blocks.js';
export type { Reorg, ReorgChannel, ReorgEnd, EndState, TransactionPlace } from './network/weather/reorg.js';
export type { Waiting } from './network/weather/fill-mempool.js';
export type { Healed } from './network/weather/heal.js';
export type { LinkOptions } from './network/weather/links.js';
export type { ChannelChange, NodeChange, SnapshotDiff } from './network/snapshots/diff.js';
export type { RestoreOptions, RestoreReport, Snapshots } from './network/snapshots/snapshots.js';
export type { Snapshot } from './network/snapshots/store.js';
export type { Pending } from './network/pending.js';
export type { ChannelStatus, DaemonStatus, NodeStatus, PlaygroundStatus } from './network/status.js';
export type { Step, StepListener } from './network/steps.js';
export { TALK, type FundAndChannelOptions, type PayDemoOptions } from './network/talk.js';
export { Traffic, type TrafficEnd, type TrafficOptions } from './traffic/traffic.js';
export type { Activity, AmountMsat } from './traffic/activity.js';
export type { FailedPayment, PaidPayment, TrafficPayment } from './traffic/payment.js';
export type { TrafficStats, TrafficSummary } from './traffic/stats.js';
export { readSimJson } from './traffic/sim-json.js';
export type { Implementation } from './daemons/implementation.js';
export { PlaygroundPool, type PoolOptions } from './pool/pool.js';
export { callPlugin, type CallOptions as PluginCallOptions, type CallResult } from './plugins/call/call.js';
export { checkPlugin, type CheckOptions } from './plugins/check/check.js';
export type { CheckReport, Finding } from './plugins/check/report.js';
export { newPlugin, type Scaffold } from './plugins/scaffold/scaffold.js';
export { LightningRpcError, LightningSocket, type CallOptions } from './rpc/lightning-socket.js';
export type * from './rpc/lightning-types.js';
export { BitcoindRpc, BitcoinRpcError } from './rpc/bitcoind.js';
export { LnPlayError, type ErrorCode } from './core/errors.js';
export { waitFor, type Probe, type WaitOptions } from './core/wait.js';
export { formatMsat } from './core/amounts.js';
export { parseAmountMsat, parseAmountSat } from './cln/amounts.js';
