import * as ldk from '#ldk';
import type { Method } from '../context.js';
import type { ChannelRecord } from '../ldk/channels.js';
import { flag, isNull, some, someScid } from '../ldk/convert.js';
import { formatShortChannelId } from '../bitcoin/short-channel-id.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from '../ldk/node.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { any_, channelId, nodeId, shortChannelId, string_, u32, type ParamType } from '../rpc/params.js';
import { textOf } from '../../cln/json.js';
import { channelType } from './funding.js';

/** BOLT #3; LDK's MIN_CHAN_DUST_LIMIT_SATOSHIS. */
const DUST_LIMIT_MSAT = 354_000;
const DEFAULT_UNILATERAL_TIMEOUT_SECONDS = 172_800;

/** lightning-listpeerchannels(7), lightning-listclosedchannels(7), lightning-close(7), lightning-listhtlcs(7) */
export const channelMethods = (node: Node): readonly Method[] => [
  method({
    name: 'listpeerchannels',
    category: 'network',
    params: [
      { name: 'id', type: nodeId },
      { name: 'short_channel_id', type: shortChannelId },
      { name: 'channel_id', type: channelId },
    ],
    handle: ({ id, short_channel_id: scid, channel_id: channel }) => {
      if ([id, scid, channel].filter((selector) => selector !== undefined).length > 1)
        throw new RpcError(CODE.INVALID_PARAMS, 'Must not specify more than one of short_channel_id, channel_id or id');
      const live = liveById(node);
      const open = node.channels.records().filter(({ state }) => state !== 'CLOSED');
      const chosen = open
        .map((record) => withLive(record, live.get(record.channelId)))
        .filter((record) => id === undefined || record.peerId === id)
        .filter((record) => channel === undefined || record.channelId === channel)
        .filter((record) => scid === undefined || [record.shortChannelId, record.aliasLocal].includes(scid));
      return { channels: chosen.map((record) => describe(node, record, live.get(record.channelId))) };
    },
  }),
  method({
    name: 'listclosedchannels',
    category: 'network',
    params: [{ name: 'id', type: nodeId }],
    handle: ({ id }) => ({
      closedchannels: node.channels
        .records()
        .filter(({ state, peerId }) => state === 'CLOSED' && (id === undefined || peerId === id))
        .map(describeClosed),
    }),
  }),
  method({
    name: 'close',
    category: 'channels',
    params: [
      { name: 'id', type: anyChannel, required: true },
      { name: 'unilateraltimeout', type: u32, default: DEFAULT_UNILATERAL_TIMEOUT_SECONDS },
      { name: 'destination', type: string_ },
      { name: 'fee_negotiation_step', type: string_ },
      { name: 'wrong_funding', type: any_ },
      { name: 'force_lease_closed', type: any_ },
      { name: 'feerange', type: any_ },
    ],
    handle: async ({ id, unilateraltimeout, destination }) => {
      const record = findChannel(node, id);
      const script = destination === undefined ? undefined : await node.wallet.scriptOf(destination);
      if (destination !== undefined && !script)
        throw new ParamError('destination', 'should be a bitcoin address', destination);
      const { type, transactions } = await node.closings.close({
        channelId: record.channelId,
        unilateralAfterMs: unilateraltimeout * 1000,
        destination: script,
      });
      const first = transactions[0];
      return {
        type,
        ...(first && { tx: first.raw.toString('hex'), txid: first.txid }),
        txs: transactions.map(({ raw }) => raw.toString('hex')),
        txids: transactions.map(({ txid }) => txid),
      };
    },
  }),
  method({
    name: 'dev-fail',
    category: 'developer',
    developerOnly: true,
    params: [{ name: 'id', type: anyChannel, required: true }],
    handle: async ({ id }) => {
      await node.closings.force(findChannel(node, id).channelId, 'Failing due to dev-fail command');
      return {};
    },
  }),
  method({
    name: 'listhtlcs',
    category: 'channels',
    params: [{ name: 'id', type: anyChannel }],
    handle: ({ id }) => {
      const wanted = id === undefined ? undefined : findChannel(node, id).channelId;
      const live = liveById(node);
      const records = node.channels.records().filter((record) => wanted === undefined || record.channelId === wanted);
      return {
        htlcs: records.flatMap((record) => {
          const details = live.get(record.channelId);
          const { shortChannelId: scid = '0x0x0' } = withLive(record, details);
          return htlcsOf(details).map((htlc, i) => ({ short_channel_id: scid, created_index: i + 1, ...htlc }));
        }),
      };
    },
  }),
];

const anyChannel: ParamType<string> = (value) => textOf(value);

/**
 * The channel that a peer's id (where it has only one), a channel id or a short channel id names.
 *
 * @throws {RpcError} in lightning-close(7)'s words
 */
export function findChannel(node: Node, text: string): ChannelRecord {
  const live = liveById(node);
  const open = node.channels.records().filter(({ channelId: id }) => live.has(id));
  const found = open
    .map((record) => withLive(record, live.get(record.channelId)))
    .filter((r) => [r.peerId, r.channelId, r.shortChannelId, r.aliasLocal].includes(text));
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new RpcError(CODE.LIGHTNINGD, 'Peer has multiple channels: use channel_id or short_channel_id');
  const isPeer = node.peers.get(text) !== undefined;
  if (isPeer) throw new RpcError(CODE.LIGHTNINGD, 'Peer has no active channel');
  throw new RpcError(CODE.INVALID_PARAMS, `Could not find peer or active channel ${JSON.stringify(text)}`);
}

/** LDK's channels by their ids. */
export const liveById = (node: Node): Map<string, ldk.ChannelDetails> =>
  new Map(node.channels.live().map((details) => [hexOf(details.get_channel_id().get_a()), details]));

/** The record with the names that LDK has given to the channel since. */
function withLive(record: ChannelRecord, details: ldk.ChannelDetails | undefined): ChannelRecord {
  if (!details) return record;
  const scid = someScid(details.get_short_channel_id());
  const local = someScid(details.get_inbound_scid_alias());
  const remote = someScid(details.get_outbound_scid_alias());
  return {
    ...record,
    ...(scid !== undefined && { shortChannelId: formatShortChannelId(scid) }),
    ...(local !== undefined && { aliasLocal: formatShortChannelId(local) }),
    ...(remote !== undefined && { aliasRemote: formatShortChannelId(remote) }),
  };
}

function describe(node: Node, record: ChannelRecord, details: ldk.ChannelDetails | undefined): object {
  const toUs = node.channels.ourMsat(record, details);
  const local = record.opener === 'local';
  const aliases = { local: record.aliasLocal, remote: record.aliasRemote };
  return {
    peer_id: record.peerId,
    peer_connected: node.peers.get(record.peerId) !== undefined,
    channel_type: channelType(record.typeBits),
    ignore_fee_limits: true,
    ...(details && describeLive(node, record, details)),
    state: details ? node.channels.stateOf(details) : record.state,
    owner: 'ldk',
    ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
    direction: node.id < record.peerId ? 0 : 1,
    channel_id: record.channelId,
    funding_txid: record.fundingTxid,
    funding_outnum: record.fundingOutnum,
    private: record.isPrivate,
    opener: record.opener,
    ...(record.closer && { closer: record.closer }),
    alias: Object.fromEntries(Object.entries(aliases).filter(([, scid]) => scid !== undefined)),
    features: ['option_static_remotekey'],
    funding: {
      local_funds_msat: local ? record.capacityMsat : 0,
      remote_funds_msat: local ? 0 : record.capacityMsat,
      pushed_msat: record.pushedMsat,
    },
    to_us_msat: toUs,
    min_to_us_msat: Math.min(record.minToUsMsat, toUs),
    max_to_us_msat: Math.max(record.maxToUsMsat, toUs),
    total_msat: record.capacityMsat,
    dust_limit_msat: DUST_LIMIT_MSAT,
    state_changes: record.changes,
    status: record.changes.slice(-1).map(({ new_state: state, message }) => `${state}:${message}`),
    htlcs: htlcsOf(details),
  };
}

function describeLive(node: Node, record: ChannelRecord, details: ldk.ChannelDetails): object {
  const config = details.get_config();
  const counterparty = details.get_counterparty();
  const feePerKw = some<number>(details.get_feerate_sat_per_1000_weight());
  const ours = {
    htlc_minimum_msat: Number(some<bigint>(details.get_inbound_htlc_minimum_msat()) ?? 1n),
    htlc_maximum_msat: Number(some<bigint>(details.get_inbound_htlc_maximum_msat()) ?? BigInt(record.capacityMsat)),
    cltv_expiry_delta: config.get_cltv_expiry_delta(),
    fee_base_msat: config.get_forwarding_fee_base_msat(),
    fee_proportional_millionths: config.get_forwarding_fee_proportional_millionths(),
  };
  const remote = remoteUpdate(record, counterparty);
  const delay = some<number>(details.get_force_close_spend_delay());
  return {
    reestablished: node.peers.get(record.peerId) !== undefined && flag(details.get_is_usable()),
    updates: { local: ours, ...(remote && { remote }) },
    lost_state: false,
    ...(feePerKw !== undefined && { feerate: { perkw: feePerKw, perkb: feePerKw * 4 } }),
    fee_base_msat: ours.fee_base_msat,
    fee_proportional_millionths: ours.fee_proportional_millionths,
    their_reserve_msat: Number(counterparty.get_unspendable_punishment_reserve() * 1000n),
    our_reserve_msat: Number((some<bigint>(details.get_unspendable_punishment_reserve()) ?? 0n) * 1000n),
    spendable_msat: Number(details.get_next_outbound_htlc_limit_msat()),
    receivable_msat: Number(details.get_inbound_capacity_msat()),
    minimum_htlc_in_msat: ours.htlc_minimum_msat,
    minimum_htlc_out_msat: Number(some<bigint>(counterparty.get_outbound_htlc_minimum_msat()) ?? 1n),
    maximum_htlc_out_msat: Number(
      some<bigint>(counterparty.get_outbound_htlc_maximum_msat()) ?? BigInt(record.capacityMsat),
    ),
    ...(delay !== undefined && { our_to_self_delay: delay }),
    max_accepted_htlcs: 483,
  };
}

/** The peer's side of the channel, once it has told us of it with a channel_update. */
function remoteUpdate(record: ChannelRecord, counterparty: ldk.ChannelCounterparty): object | undefined {
  const forwarding = counterparty.get_forwarding_info();
  if (isNull(forwarding)) return undefined;
  return {
    htlc_minimum_msat: Number(some<bigint>(counterparty.get_outbound_htlc_minimum_msat()) ?? 1n),
    htlc_maximum_msat: Number(
      some<bigint>(counterparty.get_outbound_htlc_maximum_msat()) ?? BigInt(record.capacityMsat),
    ),
    cltv_expiry_delta: forwarding.get_cltv_expiry_delta(),
    fee_base_msat: forwarding.get_fee_base_msat(),
    fee_proportional_millionths: forwarding.get_fee_proportional_millionths(),
  };
}

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

function htlcsOf(details: ldk.ChannelDetails | undefined): { readonly [key: string]: unknown }[] {
  if (!details) return [];
  const inbound = details.get_pending_inbound_htlcs().map((htlc) => ({
    direction: 'in',
    id: Number(htlc.get_htlc_id()),
    amount_msat: Number(htlc.get_amount_msat()),
    expiry: htlc.get_cltv_expiry(),
    payment_hash: hexOf(htlc.get_payment_hash()),
    state: IN_STATES[some<ldk.InboundHTLCStateDetails>(htlc.get_state()) ?? 0],
    ...(htlc.get_is_dust() && { local_trimmed: true }),
  }));
  const outbound = details.get_pending_outbound_htlcs().map((htlc) => ({
    direction: 'out',
    id: Number(some<bigint>(htlc.get_htlc_id()) ?? 0n),
    amount_msat: Number(htlc.get_amount_msat()),
    expiry: htlc.get_cltv_expiry(),
    payment_hash: hexOf(htlc.get_payment_hash()),
    state: OUT_STATES[some<ldk.OutboundHTLCStateDetails>(htlc.get_state()) ?? 0],
    ...(htlc.get_is_dust() && { local_trimmed: true }),
  }));
  return [...inbound, ...outbound];
}

function describeClosed(record: ChannelRecord): object {
  return {
    peer_id: record.peerId,
    channel_id: record.channelId,
    ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
    opener: record.opener,
    ...(record.closer && { closer: record.closer }),
    private: record.isPrivate,
    channel_type: channelType(record.typeBits),
    total_local_commitments: 0,
    total_remote_commitments: 0,
    total_htlcs_sent: 0,
    funding_txid: record.fundingTxid,
    funding_outnum: record.fundingOutnum,
    funding_withheld: false,
    leased: false,
    total_msat: record.capacityMsat,
    final_to_us_msat: record.toUsMsat,
    min_to_us_msat: Math.min(record.minToUsMsat, record.toUsMsat),
    max_to_us_msat: Math.max(record.maxToUsMsat, record.toUsMsat),
    close_cause: record.closeCause ?? 'unknown',
  };
}
