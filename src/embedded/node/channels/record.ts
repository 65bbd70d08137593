import type { ChannelState, StateCause } from '../../../cln/channel-states.js';
import type { Log } from '../../context.js';
import type { PendingEvent, ClosedEvent } from '../../ldk/event-types.js';
import type { LiveChannel } from '../../ldk/live-channel.js';
import { Records } from '../../store/records.js';
import type { Reader, Tx } from '../../store/turns.js';
import type { Tell } from '../tell.js';

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
  readonly shortChannelId?: string | undefined;
  /** The alias that we have given to the channel, and the peer's. */
  readonly aliasLocal?: string | undefined;
  readonly aliasRemote?: string | undefined;
  readonly minimumDepth?: number;
  /** Bits of its type (BOLT #9). */
  readonly typeBits?: readonly number[];
  readonly state: ChannelState;
  readonly changes: readonly StateChange[];
  readonly closer?: 'local' | 'remote';
  readonly closeCause?: StateCause;
  readonly closeMessage?: string;
  readonly closingTxid?: string;
  readonly spentHeight?: number | undefined;
  /** Since which height it is not shown: nobody has seen the transaction that was to fund it. */
  readonly hiddenSince?: number | undefined;
  /** How much of it is ours, and the least and most that ever was. */
  readonly toUsMsat: number;
  readonly minToUsMsat: number;
  readonly maxToUsMsat: number;
}

/** The states of a channel that is not closed yet. */
export const OPEN_STATES: readonly ChannelState[] = [
  'OPENINGD',
  'CHANNELD_AWAITING_LOCKIN',
  'CHANNELD_NORMAL',
  'CHANNELD_SHUTTING_DOWN',
  'CLOSINGD_SIGEXCHANGE',
];
/** The states in which the peer may still be needed. */
const GONE_STATES: readonly ChannelState[] = ['CLOSED', 'ONCHAIN', 'FUNDING_SPEND_SEEN'];

/** CLN forgets a closed channel when it is so deep. */
const FORGET_AFTER_BLOCKS = 100;

export interface ChannelsParts {
  readonly store: Reader;
  readonly log: Log;
  readonly tell: Tell;
}

/** The records of channels, those that are open and those that were, and how they change. */
export class Channels {
  readonly #records: Records<ChannelRecord>;
  readonly #log: Log;
  readonly #tell: Tell;

  constructor({ store, log, tell }: ChannelsParts) {
    this.#records = new Records(store, 'channel/', ({ channelId }) => channelId);
    this.#log = log;
    this.#tell = tell;
  }

  get(channelId: string): ChannelRecord | undefined {
    return this.#records.get(channelId);
  }

  /** Those that are shown. */
  records(): ChannelRecord[] {
    return this.all().filter(({ hiddenSince }) => hiddenSince === undefined);
  }

  all(): ChannelRecord[] {
    return this.#records.list();
  }

  /** The peers that have a channel with us which is not closed. */
  peers(): string[] {
    const open = this.records().filter(({ state }) => !GONE_STATES.includes(state));
    return [...new Set(open.map(({ peerId }) => peerId))];
  }

  update(tx: Tx, channelId: string, change: Partial<ChannelRecord>): void {
    this.#records.update(tx, channelId, change);
  }

  /** Forgets a channel that has never been on the chain. */
  forget(tx: Tx, channelId: string): void {
    this.#records.delete(tx, channelId);
  }

  /** Notes a new state, logs it, and tells the plugins. */
  moveTo(tx: Tx, channelId: string, state: ChannelState, cause: StateCause, message: string): void {
    const record = this.#records.get(channelId);
    if (!record || record.state === state) return;
    const { state: old, peerId, shortChannelId } = record;
    const timestamp = new Date().toISOString();
    const change: StateChange = { timestamp, old_state: old, new_state: state, cause, message };
    this.#records.put(tx, { ...record, state, changes: [...record.changes, change] });
    this.#log.child('lightningd', peerId).info(`State changed from ${old} to ${state}`);
    this.#tell(tx, 'channel_state_changed', {
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
  onPending(
    tx: Tx,
    event: PendingEvent,
    live: LiveChannel,
    how: { readonly pushedMsat: number; readonly minimumDepth: number | undefined },
  ): void {
    const { channelId, peerId, fundingTxid, fundingOutnum, typeBits } = event;
    if (this.#records.get(channelId)) return;
    const { isOutbound, capacityMsat } = live;
    const { pushedMsat, minimumDepth } = how;
    const toUsMsat = isOutbound ? capacityMsat - pushedMsat : pushedMsat;
    this.#records.put(tx, {
      channelId,
      peerId,
      opener: isOutbound ? 'local' : 'remote',
      isPrivate: !live.isAnnounced,
      capacityMsat,
      pushedMsat,
      fundingTxid,
      fundingOutnum,
      ...(minimumDepth !== undefined && { minimumDepth }),
      typeBits,
      state: 'OPENINGD',
      changes: [],
      toUsMsat,
      minToUsMsat: toUsMsat,
      maxToUsMsat: toUsMsat,
    });
    const [who, what] = isOutbound ? (['user', 'Opened by us'] as const) : (['remote', 'Opened by peer'] as const);
    this.moveTo(tx, channelId, 'CHANNELD_AWAITING_LOCKIN', who, what);
    if (!isOutbound) this.#tellOpened(tx, channelId, false);
  }

  onReady(tx: Tx, channelId: string, live: LiveChannel | undefined): void {
    // what LDK would forget with the channel
    if (live) {
      const { shortChannelId, aliasLocal, aliasRemote } = live;
      this.update(tx, channelId, {
        ...(shortChannelId !== undefined && { shortChannelId }),
        ...(aliasLocal !== undefined && { aliasLocal }),
        ...(aliasRemote !== undefined && { aliasRemote }),
      });
    }
    this.moveTo(tx, channelId, 'CHANNELD_NORMAL', 'unknown', 'Lockin complete');
    if (this.#records.get(channelId)?.opener === 'local') this.#tellOpened(tx, channelId, true);
  }

  /** Money has moved in a channel: to us, or from us. */
  onMoved(tx: Tx, channelId: string, changeMsat: number): void {
    const record = this.#records.get(channelId);
    if (!record || !OPEN_STATES.includes(record.state)) return;
    const toUsMsat = record.toUsMsat + changeMsat;
    this.#records.put(tx, {
      ...record,
      toUsMsat,
      minToUsMsat: Math.min(record.minToUsMsat, toUsMsat),
      maxToUsMsat: Math.max(record.maxToUsMsat, toUsMsat),
    });
  }

  onClosed(tx: Tx, { channelId, balanceMsat, state, closer, cause, message }: ClosedEvent): void {
    const record = this.#records.get(channelId);
    if (!record) return;
    const closeCause = record.closeCause ?? cause;
    this.#records.put(tx, {
      ...record,
      ...(balanceMsat !== undefined && { toUsMsat: balanceMsat }),
      closeCause,
      closer: record.closer ?? closer,
      closeMessage: message,
    });
    // a block may have told of the transaction that closed it before
    if (record.spentHeight === undefined) this.moveTo(tx, channelId, state, closeCause, message);
  }

  /** Looks for the transactions that spend funding outputs. */
  onBlock(tx: Tx, height: number, spends: ReadonlyMap<string, string>): void {
    for (const record of this.#records.list()) {
      const { channelId } = record;
      const txid = spends.get(`${record.fundingTxid}:${record.fundingOutnum}`);
      if (txid !== undefined) {
        this.update(tx, channelId, { spentHeight: height, closingTxid: txid, hiddenSince: undefined });
        this.moveTo(tx, channelId, 'FUNDING_SPEND_SEEN', 'onchain', 'Onchain funding spend');
        this.moveTo(tx, channelId, 'ONCHAIN', 'onchain', 'Onchain init reply');
      }
      if (record.state === 'ONCHAIN' && height - (record.spentHeight ?? height) >= FORGET_AFTER_BLOCKS)
        this.moveTo(tx, channelId, 'CLOSED', 'onchain', 'All outputs resolved');
    }
  }

  /** A block has these transactions: a channel whose funding is among them, again perhaps, has its place by that. */
  onFunded(tx: Tx, txids: ReadonlySet<string>, live: () => readonly LiveChannel[]): void {
    const funded = this.#records.list().filter(({ fundingTxid }) => txids.has(fundingTxid));
    if (funded.length === 0) return;
    const places = new Map(live().map(({ channelId, shortChannelId }) => [channelId, shortChannelId]));
    for (const { channelId, shortChannelId } of funded) {
      const place = places.get(channelId);
      if (place !== undefined && place !== shortChannelId) this.update(tx, channelId, { shortChannelId: place });
    }
  }

  /** A block was taken back: what it spent is unspent. */
  onBlockLost(tx: Tx, height: number): void {
    for (const { channelId, spentHeight } of this.all())
      if (spentHeight === height) {
        this.update(tx, channelId, { spentHeight: undefined });
        this.moveTo(tx, channelId, 'AWAITING_UNILATERAL', 'onchain', 'Funding spend reorganised away');
      }
  }

  #tellOpened(tx: Tx, channelId: string, isReady: boolean): void {
    const { peerId, capacityMsat, fundingTxid } = this.#records.get(channelId)!;
    this.#tell(tx, 'channel_opened', {
      id: peerId,
      funding_msat: capacityMsat,
      funding_txid: fundingTxid,
      channel_ready: isReady,
    });
  }
}
