import * as ldk from '#ldk';
import { bitsOf, flag, isNull, some, someScid } from './convert.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';
import { outpointOf } from './persist.js';

/** The states of a channel that lightning-listpeerchannels(7) knows and LDK's channels can have. */
export type ChannelState =
  | 'OPENINGD'
  | 'CHANNELD_AWAITING_LOCKIN'
  | 'CHANNELD_NORMAL'
  | 'CHANNELD_SHUTTING_DOWN'
  | 'CLOSINGD_SIGEXCHANGE'
  | 'CLOSINGD_COMPLETE'
  | 'AWAITING_UNILATERAL'
  | 'FUNDING_SPEND_SEEN'
  | 'ONCHAIN'
  | 'CLOSED';

export type StateCause = 'unknown' | 'local' | 'user' | 'remote' | 'protocol' | 'onchain';

export interface StateChange {
  readonly timestamp: string;
  readonly old_state: ChannelState;
  readonly new_state: ChannelState;
  readonly cause: StateCause;
  readonly message: string;
}

/** What we remember of a channel ourselves: LDK forgets it when it closes. Amounts in msat. */
export interface ChannelRecord {
  readonly channelId: string;
  readonly peerId: string;
  readonly opener: 'local' | 'remote';
  readonly isPrivate: boolean;
  readonly capacityMsat: number;
  readonly pushedMsat: number;
  readonly fundingTxid: string;
  readonly fundingOutnum: number;
  readonly shortChannelId?: string;
  readonly aliasLocal?: string;
  readonly aliasRemote?: string;
  readonly minimumDepth?: number;
  /** Bits of its type (BOLT #9). */
  readonly typeBits?: readonly number[];
  readonly state: ChannelState;
  readonly changes: readonly StateChange[];
  /** Whether `channel_opened` was told. */
  readonly closer?: 'local' | 'remote';
  readonly closeCause?: StateCause;
  readonly closeMessage?: string;
  readonly closingTxid?: string;
  readonly spentHeight?: number | undefined;
  /** Since which height it is not shown: nobody has seen the transaction that was to fund it. */
  readonly hiddenSince?: number | undefined;
  /** Our balance when it was last seen. */
  readonly toUsMsat: number;
  readonly minToUsMsat: number;
  readonly maxToUsMsat: number;
}

const PREFIX = 'channel/';
/** CLN forgets a closed channel when it is so deep. */
const FORGET_AFTER_BLOCKS = 100;

/** The channels, those that are open and those that were. */
export class Channels {
  readonly #node: Node;
  readonly #records = new Map<string, ChannelRecord>();

  constructor(node: Node) {
    this.#node = node;
    for (const key of node.store.keys(PREFIX)) {
      const record = node.store.getJson<ChannelRecord>(key)!;
      this.#records.set(record.channelId, record);
    }
  }

  get(channelId: string): ChannelRecord | undefined {
    return this.#records.get(channelId);
  }

  /** Those that are shown. */
  records(): ChannelRecord[] {
    return this.all().filter(({ hiddenSince }) => hiddenSince === undefined);
  }

  all(): ChannelRecord[] {
    return [...this.#records.values()];
  }

  /** LDK's view of all channels that it has not closed. */
  live(): ldk.ChannelDetails[] {
    return this.#node.engine.guard(() => this.#node.engine.manager.list_channels());
  }

  put(record: ChannelRecord): void {
    this.#records.set(record.channelId, record);
    this.#node.store.putJson(PREFIX + record.channelId, record);
  }

  update(channelId: string, change: Partial<ChannelRecord>): void {
    const record = this.#records.get(channelId);
    if (record) this.put({ ...record, ...change });
  }

  /** Forgets a channel that has never been on the chain. */
  forget(channelId: string): void {
    this.#records.delete(channelId);
    this.#node.store.delete(PREFIX + channelId);
  }

  /** Notes a new state, logs it, and tells the plugins. */
  moveTo(channelId: string, state: ChannelState, cause: StateCause, message: string): void {
    const record = this.#records.get(channelId);
    if (!record || record.state === state) return;
    const { state: old, peerId, shortChannelId } = record;
    const timestamp = new Date().toISOString();
    const change: StateChange = { timestamp, old_state: old, new_state: state, cause, message };
    this.put({ ...record, state, changes: [...record.changes, change] });
    this.#node.ctx.log.child('lightningd', peerId).info(`State changed from ${old} to ${state}`);
    this.#node.notify('channel_state_changed', {
      peer_id: peerId,
      channel_id: channelId,
      ...(shortChannelId !== undefined && { short_channel_id: shortChannelId }),
      timestamp,
      old_state: old,
      new_state: state,
      cause,
      message,
    });
  }

  /** LDK has a signed funding transaction for a channel: it is a channel now. */
  onPending(event: ldk.Event_ChannelPending, pushedMsat: number, minimumDepth: number | undefined): void {
    const channelId = hexOf(event.channel_id.get_a());
    const details = this.#liveById(channelId);
    if (!details || this.#records.has(channelId)) return;
    const outbound = flag(details.get_is_outbound());
    const capacityMsat = Number(details.get_channel_value_satoshis() * 1000n);
    const [fundingTxid, vout] = outpointOf(event.funding_txo).split(':') as [string, string];
    const toUsMsat = outbound ? capacityMsat - pushedMsat : pushedMsat;
    const peerId = hexOf(event.counterparty_node_id);
    this.put({
      channelId,
      peerId,
      opener: outbound ? 'local' : 'remote',
      isPrivate: !details.get_is_announced(),
      capacityMsat,
      pushedMsat,
      fundingTxid,
      fundingOutnum: Number(vout),
      ...(minimumDepth !== undefined && { minimumDepth }),
      typeBits: bitsOf(event.channel_type.le_flags()),
      state: 'OPENINGD',
      changes: [],
      toUsMsat,
      minToUsMsat: toUsMsat,
      maxToUsMsat: toUsMsat,
    });
    const who = outbound ? 'user' : 'remote';
    this.moveTo(channelId, 'CHANNELD_AWAITING_LOCKIN', who, outbound ? 'Opened by us' : 'Opened by peer');
    if (!outbound)
      this.#node.notify('channel_opened', {
        id: peerId,
        funding_msat: capacityMsat,
        funding_txid: fundingTxid,
        channel_ready: false,
      });
  }

  onReady(event: ldk.Event_ChannelReady): void {
    const channelId = hexOf(event.channel_id.get_a());
    this.refresh(channelId);
    this.moveTo(channelId, 'CHANNELD_NORMAL', 'unknown', 'Lockin complete');
    const record = this.#records.get(channelId);
    this.#node.announcer.ready(channelId);
    if (record?.opener === 'local')
      this.#node.notify('channel_opened', {
        id: record.peerId,
        funding_msat: record.capacityMsat,
        funding_txid: record.fundingTxid,
        channel_ready: true,
      });
  }

  /** Takes over what LDK knows now and would forget with the channel. */
  refresh(channelId: string): void {
    const details = this.#liveById(channelId);
    const record = this.#records.get(channelId);
    if (!details || !record) return;
    const scid = someScid(details.get_short_channel_id());
    const aliasLocal = someScid(details.get_outbound_scid_alias());
    const aliasRemote = someScid(details.get_inbound_scid_alias());
    this.put({
      ...record,
      ...(scid !== undefined && { shortChannelId: formatShortChannelId(scid) }),
      ...(aliasLocal !== undefined && { aliasLocal: formatShortChannelId(aliasLocal) }),
      ...(aliasRemote !== undefined && { aliasRemote: formatShortChannelId(aliasRemote) }),
    });
  }

  onClosed(event: ldk.Event_ChannelClosed): void {
    const channelId = hexOf(event.channel_id.get_a());
    const balance = some<bigint>(event.last_local_balance_msat);
    if (balance !== undefined) this.update(channelId, { toUsMsat: Number(balance) });
    const { state, closer, cause, message } = closing(event.reason);
    const known = this.#records.get(channelId);
    if (!known) return;
    this.update(channelId, {
      closeCause: known.closeCause ?? cause,
      closer: known.closer ?? closer,
      closeMessage: message,
    });
    // a block may have told of the transaction that closed it before
    if (known.spentHeight === undefined) this.moveTo(channelId, state, known.closeCause ?? cause, message);
  }

  /** Looks for the transactions that spend funding outputs. */
  onBlock(height: number, spends: ReadonlyMap<string, string>): void {
    for (const record of this.#records.values()) {
      const txid = spends.get(`${record.fundingTxid}:${record.fundingOutnum}`);
      if (txid !== undefined) {
        this.update(record.channelId, { spentHeight: height, closingTxid: txid, hiddenSince: undefined });
        this.moveTo(record.channelId, 'FUNDING_SPEND_SEEN', 'onchain', 'Onchain funding spend');
        this.moveTo(record.channelId, 'ONCHAIN', 'onchain', 'Onchain init reply');
      }
      if (record.state === 'ONCHAIN' && height - (record.spentHeight ?? height) >= FORGET_AFTER_BLOCKS)
        this.moveTo(record.channelId, 'CLOSED', 'onchain', 'All outputs resolved');
    }
  }

  /** A block was taken back: what it spent is unspent. */
  onBlockLost(height: number): void {
    for (const { channelId, spentHeight } of this.all())
      if (spentHeight === height) {
        this.update(channelId, { spentHeight: undefined });
        this.moveTo(channelId, 'AWAITING_UNILATERAL', 'onchain', 'Funding spend reorganised away');
      }
  }

  /** The state that a channel of LDK's has now. */
  stateOf(details: ldk.ChannelDetails): ChannelState {
    if (isNull(details.get_funding_txo())) return 'OPENINGD';
    const shutdown = some<ldk.ChannelShutdownState>(details.get_channel_shutdown_state());
    switch (shutdown) {
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ShutdownInitiated:
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ResolvingHTLCs:
        return 'CHANNELD_SHUTTING_DOWN';
      case ldk.ChannelShutdownState.LDKChannelShutdownState_NegotiatingClosingFee:
        return 'CLOSINGD_SIGEXCHANGE';
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ShutdownComplete:
        return 'CLOSINGD_COMPLETE';
      default:
        return details.get_is_channel_ready() ? 'CHANNELD_NORMAL' : 'CHANNELD_AWAITING_LOCKIN';
    }
  }

  /**
   * How much of a channel is ours, msat. LDK tells what can be sent and received, and neither goes below zero: what is
   * kept in reserve and what is under way has to be added on the side that is not empty.
   */
  ourMsat(record: ChannelRecord, details: ldk.ChannelDetails | undefined): number {
    if (!details) return record.toUsMsat;
    const sum = (htlcs: readonly { get_amount_msat(): bigint }[]): bigint =>
      htlcs.reduce((total, htlc) => total + htlc.get_amount_msat(), 0n);
    const sendable = details.get_outbound_capacity_msat();
    if (sendable > 0n) {
      const reserveSat = some<bigint>(details.get_unspendable_punishment_reserve()) ?? 0n;
      return Number(sendable + reserveSat * 1000n + sum(details.get_pending_outbound_htlcs()));
    }
    const theirReserveMsat = details.get_counterparty().get_unspendable_punishment_reserve() * 1000n;
    const theirs = details.get_inbound_capacity_msat() + theirReserveMsat + sum(details.get_pending_inbound_htlcs());
    return Math.max(0, record.capacityMsat - Number(theirs));
  }

  #liveById(channelId: string): ldk.ChannelDetails | undefined {
    return this.live().find((details) => hexOf(details.get_channel_id().get_a()) === channelId);
  }
}

interface Closing {
  readonly state: ChannelState;
  readonly closer: 'local' | 'remote';
  readonly cause: StateCause;
  readonly message: string;
}

function closing(reason: ldk.ClosureReason): Closing {
  if (
    reason instanceof ldk.ClosureReason_LegacyCooperativeClosure ||
    reason instanceof ldk.ClosureReason_LocallyInitiatedCooperativeClosure
  )
    return { state: 'CLOSINGD_COMPLETE', closer: 'local', cause: 'user', message: 'Closing complete' };
  if (reason instanceof ldk.ClosureReason_CounterpartyInitiatedCooperativeClosure)
    return { state: 'CLOSINGD_COMPLETE', closer: 'remote', cause: 'remote', message: 'Closing complete' };
  if (reason instanceof ldk.ClosureReason_CounterpartyForceClosed)
    return { state: 'AWAITING_UNILATERAL', closer: 'remote', cause: 'remote', message: reason.peer_msg.get_a() };
  if (reason instanceof ldk.ClosureReason_CommitmentTxConfirmed)
    return { state: 'AWAITING_UNILATERAL', closer: 'remote', cause: 'onchain', message: 'Commitment transaction seen' };
  if (reason instanceof ldk.ClosureReason_HolderForceClosed)
    return {
      state: 'AWAITING_UNILATERAL',
      closer: 'local',
      cause: 'user',
      message: 'Forcibly closed by `close` command',
    };
  return { state: 'AWAITING_UNILATERAL', closer: 'local', cause: 'protocol', message: reason.to_str() };
}
