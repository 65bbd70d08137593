import * as ldk from '#ldk';
import type { ChannelState } from '../../cln/channel-states.js';
import { hexOf } from '../bitcoin/hex.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { flag, isNull, some, someScid } from './convert.js';

/** What LDK knows of a channel that it has not closed. Amounts in msat. */
export interface LiveChannel {
  readonly channelId: string;
  readonly peerId: string;
  readonly state: ChannelState;
  readonly isOutbound: boolean;
  readonly isAnnounced: boolean;
  /** Both sides have seen it deep enough. */
  readonly isReady: boolean;
  /** Ready, and the peer is connected. */
  readonly isUsable: boolean;
  readonly confirmations: number;
  readonly capacityMsat: number;
  readonly shortChannelId: string | undefined;
  /** The alias that we have given to the channel, and the peer's. */
  readonly aliasLocal: string | undefined;
  readonly aliasRemote: string | undefined;
  /** What stands for the channel in our payments, and in the invoices that others pay. */
  readonly outboundPaymentScid: bigint | undefined;
  readonly inboundPaymentScid: bigint | undefined;
  /** How much of it is ours, what is under way to the peer included. */
  readonly toUsMsat: number;
  readonly outboundMsat: bigint;
  readonly inboundMsat: bigint;
  readonly nextOutboundLimitMsat: number;
  readonly ourReserveMsat: number;
  readonly theirReserveMsat: number;
  readonly feeratePerKw: number | undefined;
  /** How long our part of a forced close is locked, in blocks. */
  readonly toSelfDelay: number | undefined;
  /** What we ask for a payment through it, and what the peer does, once it has said so. */
  readonly ours: ChannelTerms;
  readonly theirs: ChannelTerms | undefined;
  readonly theirHtlcMinimumMsat: number;
  readonly theirHtlcMaximumMsat: number;
  readonly htlcs: readonly Htlc[];
}

export interface ChannelTerms {
  readonly htlcMinimumMsat: number;
  readonly htlcMaximumMsat: number;
  readonly cltvExpiryDelta: number;
  readonly feeBaseMsat: number;
  readonly feeProportionalMillionths: number;
}

/** An HTLC that is under way in a channel. */
export interface Htlc {
  readonly direction: 'in' | 'out';
  readonly id: number;
  readonly amountMsat: number;
  readonly expiry: number;
  readonly paymentHash: string;
  /** As lightning-listpeerchannels(7) names it. */
  readonly state: string;
  /** Of an outgoing one, whether the peer has fulfilled it. */
  readonly isFulfilled: boolean;
  readonly isDust: boolean;
}

const someShortChannelId = (option: object): string | undefined => {
  const scid = someScid(option);
  return scid === undefined ? undefined : formatShortChannelId(scid);
};

/** LDK's details, each read when it is asked for: there are many, and reading has a price. */
export class DetailsChannel implements LiveChannel {
  readonly #details: ldk.ChannelDetails;

  constructor(details: ldk.ChannelDetails) {
    this.#details = details;
  }

  get channelId(): string {
    return hexOf(this.#details.get_channel_id().get_a());
  }

  get peerId(): string {
    return hexOf(this.#details.get_counterparty().get_node_id());
  }

  get state(): ChannelState {
    if (isNull(this.#details.get_funding_txo())) return 'OPENINGD';
    const shutdown = some<ldk.ChannelShutdownState>(this.#details.get_channel_shutdown_state());
    switch (shutdown) {
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ShutdownInitiated:
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ResolvingHTLCs:
        return 'CHANNELD_SHUTTING_DOWN';
      case ldk.ChannelShutdownState.LDKChannelShutdownState_NegotiatingClosingFee:
        return 'CLOSINGD_SIGEXCHANGE';
      case ldk.ChannelShutdownState.LDKChannelShutdownState_ShutdownComplete:
        return 'CLOSINGD_COMPLETE';
      default:
        return this.isReady ? 'CHANNELD_NORMAL' : 'CHANNELD_AWAITING_LOCKIN';
    }
  }

  get isOutbound(): boolean {
    return flag(this.#details.get_is_outbound());
  }

  get isAnnounced(): boolean {
    return flag(this.#details.get_is_announced());
  }

  get isReady(): boolean {
    return flag(this.#details.get_is_channel_ready());
  }

  get isUsable(): boolean {
    return flag(this.#details.get_is_usable());
  }

  get confirmations(): number {
    return some<number>(this.#details.get_confirmations()) ?? 0;
  }

  get capacityMsat(): number {
    return Number(this.#details.get_channel_value_satoshis() * 1000n);
  }

  get shortChannelId(): string | undefined {
    return someShortChannelId(this.#details.get_short_channel_id());
  }

  // LDK names them by the way of the payments that they are used for
  get aliasLocal(): string | undefined {
    return someShortChannelId(this.#details.get_outbound_scid_alias());
  }

  get aliasRemote(): string | undefined {
    return someShortChannelId(this.#details.get_inbound_scid_alias());
  }

  get outboundPaymentScid(): bigint | undefined {
    return someScid(this.#details.get_outbound_payment_scid());
  }

  get inboundPaymentScid(): bigint | undefined {
    return someScid(this.#details.get_inbound_payment_scid());
  }

  /**
   * LDK tells what can be sent and received, and neither goes below zero: what is kept in reserve and what is under way
   * has to be added on the side that is not empty.
   */
  get toUsMsat(): number {
    const sum = (htlcs: readonly { get_amount_msat(): bigint }[]): number =>
      htlcs.reduce((total, htlc) => total + Number(htlc.get_amount_msat()), 0);
    const sendable = Number(this.outboundMsat);
    if (sendable > 0) return sendable + this.ourReserveMsat + sum(this.#details.get_pending_outbound_htlcs());
    const theirs = Number(this.inboundMsat) + this.theirReserveMsat + sum(this.#details.get_pending_inbound_htlcs());
    return Math.max(0, this.capacityMsat - theirs);
  }

  get outboundMsat(): bigint {
    return this.#details.get_outbound_capacity_msat();
  }

  get inboundMsat(): bigint {
    return this.#details.get_inbound_capacity_msat();
  }

  get nextOutboundLimitMsat(): number {
    return Number(this.#details.get_next_outbound_htlc_limit_msat());
  }

  get ourReserveMsat(): number {
    return Number((some<bigint>(this.#details.get_unspendable_punishment_reserve()) ?? 0n) * 1000n);
  }

  get theirReserveMsat(): number {
    return Number(this.#details.get_counterparty().get_unspendable_punishment_reserve() * 1000n);
  }

  get feeratePerKw(): number | undefined {
    return some<number>(this.#details.get_feerate_sat_per_1000_weight());
  }

  get toSelfDelay(): number | undefined {
    return some<number>(this.#details.get_force_close_spend_delay());
  }

  get ours(): ChannelTerms {
    const config = this.#details.get_config();
    return {
      htlcMinimumMsat: Number(some<bigint>(this.#details.get_inbound_htlc_minimum_msat()) ?? 1n),
      htlcMaximumMsat: Number(some<bigint>(this.#details.get_inbound_htlc_maximum_msat()) ?? this.capacityMsat),
      cltvExpiryDelta: config.get_cltv_expiry_delta(),
      feeBaseMsat: config.get_forwarding_fee_base_msat(),
      feeProportionalMillionths: config.get_forwarding_fee_proportional_millionths(),
    };
  }

  get theirs(): ChannelTerms | undefined {
    const forwarding = this.#details.get_counterparty().get_forwarding_info();
    if (isNull(forwarding)) return undefined;
    return {
      htlcMinimumMsat: this.theirHtlcMinimumMsat,
      htlcMaximumMsat: this.theirHtlcMaximumMsat,
      cltvExpiryDelta: forwarding.get_cltv_expiry_delta(),
      feeBaseMsat: forwarding.get_fee_base_msat(),
      feeProportionalMillionths: forwarding.get_fee_proportional_millionths(),
    };
  }

  get theirHtlcMinimumMsat(): number {
    return Number(some<bigint>(this.#details.get_counterparty().get_outbound_htlc_minimum_msat()) ?? 1n);
  }

  get theirHtlcMaximumMsat(): number {
    return Number(some<bigint>(this.#details.get_counterparty().get_outbound_htlc_maximum_msat()) ?? this.capacityMsat);
  }

  get htlcs(): Htlc[] {
    const inbound = this.#details.get_pending_inbound_htlcs().map((htlc): Htlc => ({
      direction: 'in',
      id: Number(htlc.get_htlc_id()),
      amountMsat: Number(htlc.get_amount_msat()),
      expiry: htlc.get_cltv_expiry(),
      paymentHash: hexOf(htlc.get_payment_hash()),
      state: IN_STATES[some<ldk.InboundHTLCStateDetails>(htlc.get_state()) ?? 0],
      isFulfilled: false,
      isDust: flag(htlc.get_is_dust()),
    }));
    const outbound = this.#details.get_pending_outbound_htlcs().map((htlc): Htlc => ({
      direction: 'out',
      id: Number(some<bigint>(htlc.get_htlc_id()) ?? 0n),
      amountMsat: Number(htlc.get_amount_msat()),
      expiry: htlc.get_cltv_expiry(),
      paymentHash: hexOf(htlc.get_payment_hash()),
      state: OUT_STATES[some<ldk.OutboundHTLCStateDetails>(htlc.get_state()) ?? 0],
      isFulfilled: some<ldk.OutboundHTLCStateDetails>(htlc.get_state()) === FULFILLED,
      isDust: flag(htlc.get_is_dust()),
    }));
    return [...inbound, ...outbound];
  }
}

const FULFILLED = ldk.OutboundHTLCStateDetails.LDKOutboundHTLCStateDetails_AwaitingRemoteRevokeToRemoveSuccess;

const IN_STATES: Record<ldk.InboundHTLCStateDetails, string> = {
  [ldk.InboundHTLCStateDetails.LDKInboundHTLCStateDetails_AwaitingRemoteRevokeToAdd]: 'RCVD_ADD_ACK_COMMIT',
  [ldk.InboundHTLCStateDetails.LDKInboundHTLCStateDetails_Committed]: 'RCVD_ADD_ACK_REVOCATION',
  [ldk.InboundHTLCStateDetails.LDKInboundHTLCStateDetails_AwaitingRemoteRevokeToRemoveFulfill]: 'SENT_REMOVE_COMMIT',
  [ldk.InboundHTLCStateDetails.LDKInboundHTLCStateDetails_AwaitingRemoteRevokeToRemoveFail]: 'SENT_REMOVE_COMMIT',
};

const OUT_STATES: Record<ldk.OutboundHTLCStateDetails, string> = {
  [ldk.OutboundHTLCStateDetails.LDKOutboundHTLCStateDetails_AwaitingRemoteRevokeToAdd]: 'SENT_ADD_COMMIT',
  [ldk.OutboundHTLCStateDetails.LDKOutboundHTLCStateDetails_Committed]: 'SENT_ADD_ACK_REVOCATION',
  [ldk.OutboundHTLCStateDetails.LDKOutboundHTLCStateDetails_AwaitingRemoteRevokeToRemoveSuccess]: 'RCVD_REMOVE_COMMIT',
  [ldk.OutboundHTLCStateDetails.LDKOutboundHTLCStateDetails_AwaitingRemoteRevokeToRemoveFailure]: 'RCVD_REMOVE_COMMIT',
};
