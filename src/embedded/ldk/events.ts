import * as ldk from '#ldk';
import { hexOf } from '../bitcoin/hex.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { DISCONNECTED, type ClosedEvent, type LdkEvent, type PaymentFailure } from './event-types.js';
import { bitsOf, err, flag, isNull, scidOf, some, someScid } from './convert.js';
import { pathOf } from './path.js';
import { outpointOf } from './persist.js';

const idOf = (id: ldk.ChannelId): string => hexOf(id.get_a());
const someId = (id: ldk.ChannelId): string | undefined => (isNull(id) ? undefined : idOf(id));

/** The event in plain terms, or undefined if the node has nothing to do with it. */
export function readEvent(event: ldk.Event): LdkEvent | undefined {
  if (event instanceof ldk.Event_PaymentClaimable) return readClaimable(event);
  if (event instanceof ldk.Event_PaymentClaimed)
    return {
      type: 'claimed',
      paymentHash: hexOf(event.payment_hash),
      amountMsat: Number(event.amount_msat),
      htlcs: event.htlcs.map((htlc) => ({
        channelId: idOf(htlc.get_channel_id()),
        amountMsat: Number(htlc.get_value_msat()),
      })),
    };
  if (event instanceof ldk.Event_PaymentSent)
    return {
      type: 'sent',
      paymentHash: hexOf(event.payment_hash),
      preimage: hexOf(event.payment_preimage),
      feeMsat: Number(some<bigint>(event.fee_paid_msat) ?? 0n),
    };
  if (event instanceof ldk.Event_PaymentFailed)
    return { type: 'paymentFailed', paymentHash: hexOf(event.payment_id), reason: readFailure(event) };
  if (event instanceof ldk.Event_PaymentPathSuccessful)
    return {
      type: 'pathSuccessful',
      paymentHash: hexOf(event.payment_id),
      hops: pathOf(event.path),
    };
  if (event instanceof ldk.Event_PaymentPathFailed) {
    const scid = someScid(event.short_channel_id);
    const shortChannelId = scid === undefined ? undefined : formatShortChannelId(scid);
    return { type: 'pathFailed', paymentHash: hexOf(event.payment_hash), hops: pathOf(event.path), shortChannelId };
  }
  if (event instanceof ldk.Event_PaymentForwarded)
    return {
      type: 'forwarded',
      from: someId(event.prev_channel_id),
      to: someId(event.next_channel_id),
      feeMsat: Number(some<bigint>(event.total_fee_earned_msat) ?? 0n),
      outMsat: Number(some<bigint>(event.outbound_amount_forwarded_msat) ?? 0n),
    };
  if (event instanceof ldk.Event_HTLCHandlingFailed) return readHandlingFailed(event);
  return readChannelEvent(event);
}

function readChannelEvent(event: ldk.Event): LdkEvent | undefined {
  if (event instanceof ldk.Event_FundingGenerationReady)
    return { type: 'fundingWanted', temporaryId: idOf(event.temporary_channel_id), script: event.output_script };
  if (event instanceof ldk.Event_ChannelPending) {
    const [fundingTxid, outnum] = outpointOf(event.funding_txo).split(':') as [string, string];
    return {
      type: 'channelPending',
      channelId: idOf(event.channel_id),
      temporaryId: idOf(event.former_temporary_channel_id),
      peerId: hexOf(event.counterparty_node_id),
      fundingTxid,
      fundingOutnum: Number(outnum),
      typeBits: bitsOf(event.channel_type.le_flags()),
    };
  }
  if (event instanceof ldk.Event_ChannelReady) return { type: 'channelReady', channelId: idOf(event.channel_id) };
  if (event instanceof ldk.Event_ChannelClosed) return readClosed(event);
  if (event instanceof ldk.Event_OpenChannelRequest) return readOpenRequest(event);
  if (event instanceof ldk.Event_SpendableOutputs)
    return {
      type: 'spendable',
      outputs: event.outputs.map((output) => ({
        outpoint: outpointOf(output.spendable_outpoint()),
        descriptor: output.write(),
        script: output instanceof ldk.SpendableOutputDescriptor_StaticOutput ? output.output.script_pubkey : undefined,
      })),
    };
  if (event instanceof ldk.Event_ConnectionNeeded) return { type: 'connectionWanted', nodeId: hexOf(event.node_id) };
  return undefined;
}

function readClaimable(event: ldk.Event_PaymentClaimable): LdkEvent {
  const { purpose } = event;
  return {
    type: 'claimable',
    paymentHash: hexOf(event.payment_hash),
    amountMsat: Number(event.amount_msat),
    deadline: some<number>(event.claim_deadline),
    channelId: someId(event.via_channel_id),
    keysendPreimage:
      purpose instanceof ldk.PaymentPurpose_SpontaneousPayment ? hexOf(purpose.spontaneous_payment) : undefined,
    paymentSecret:
      purpose instanceof ldk.PaymentPurpose_Bolt11InvoicePayment ? hexOf(purpose.payment_secret) : undefined,
    customTlvs: event.onion_fields.custom_tlvs().map((tlv) => [String(tlv.get_a()), hexOf(tlv.get_b())] as const),
  };
}

function readFailure(event: ldk.Event_PaymentFailed): PaymentFailure {
  const reason = some<ldk.PaymentFailureReason>(event.reason);
  switch (reason) {
    case ldk.PaymentFailureReason.LDKPaymentFailureReason_RecipientRejected:
      return 'rejected';
    case ldk.PaymentFailureReason.LDKPaymentFailureReason_RouteNotFound:
      return 'noRoute';
    case ldk.PaymentFailureReason.LDKPaymentFailureReason_UserAbandoned:
      return 'abandoned';
    default:
      return {
        other:
          reason === undefined ? 'failed' : ldk.PaymentFailureReason[reason].replace('LDKPaymentFailureReason_', ''),
      };
  }
}

function readHandlingFailed(event: ldk.Event_HTLCHandlingFailed): LdkEvent | undefined {
  const next = event.failed_next_destination;
  if (next instanceof ldk.HTLCDestination_FailedPayment)
    return { type: 'receiveFailed', paymentHash: hexOf(next.payment_hash) };
  if (next instanceof ldk.HTLCDestination_InvalidOnion) return undefined;
  const asked =
    next instanceof ldk.HTLCDestination_UnknownNextHop || next instanceof ldk.HTLCDestination_InvalidForward
      ? formatShortChannelId(scidOf(next.requested_forward_scid))
      : undefined;
  const to = next instanceof ldk.HTLCDestination_NextHopChannel ? idOf(next.channel_id) : undefined;
  return { type: 'forwardFailed', from: someId(event.prev_channel_id), to, asked };
}

function readOpenRequest(event: ldk.Event_OpenChannelRequest): LdkEvent {
  const { params } = event;
  const funds = event.channel_negotiation_type;
  return {
    type: 'openRequest',
    temporaryId: idOf(event.temporary_channel_id),
    peerId: hexOf(event.counterparty_node_id),
    fundingMsat: Number(event.funding_satoshis * 1000n),
    pushMsat: funds instanceof ldk.InboundChannelFunds_PushMsat ? Number(funds.push_msat) : 0,
    dustLimitMsat: Number(params.get_dust_limit_satoshis() * 1000n),
    maxHtlcValueInFlightMsat: Number(params.get_max_htlc_value_in_flight_msat()),
    htlcMinimumMsat: Number(params.get_htlc_minimum_msat()),
    feeratePerKw: params.get_commitment_feerate_sat_per_1000_weight(),
    toSelfDelay: params.get_to_self_delay(),
    maxAcceptedHtlcs: params.get_max_accepted_htlcs(),
    isAnnounced: flag(event.is_announced),
  };
}

function readClosed({ channel_id: id, last_local_balance_msat: last, reason }: ldk.Event_ChannelClosed): LdkEvent {
  const balance = some<bigint>(last);
  return {
    type: 'channelClosed',
    channelId: idOf(id),
    balanceMsat: balance === undefined ? undefined : Number(balance),
    ...closing(reason),
    whyNotOpened:
      reason instanceof ldk.ClosureReason_CounterpartyForceClosed
        ? `They sent error ${reason.peer_msg.get_a()}`
        : reason instanceof ldk.ClosureReason_DisconnectedPeer
          ? DISCONNECTED
          : reason.to_str(),
  };
}

function closing(reason: ldk.ClosureReason): Pick<ClosedEvent, 'state' | 'closer' | 'cause' | 'message'> {
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

/** The text of LDK's APIError, in one of its `Result_…`. */
export function refusalOf(result: { is_ok(): boolean }): string | undefined {
  if (result.is_ok()) return undefined;
  const error = err<ldk.APIError>(result);
  const text: unknown = Reflect.get(error, 'err');
  return typeof text === 'string' ? text : error.constructor.name.replace(/^APIError_/, '');
}
