import { CODE } from '../../cln/error-codes.js';
import { textOf } from '../../cln/json.js';
import type { Method } from '../context.js';
import type { ChannelTerms, Htlc, LiveChannel } from '../ldk/live-channel.js';
import type { NodeParts } from '../node/parts.js';
import type { Receiving } from '../node/payments/receiving.js';
import { isLive, type ChannelView } from '../node/channels/view.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { channelId, nodeId, shortChannelId, string_, u32, type ParamType } from '../rpc/params.js';
import { channelType } from './channel-type.js';

/** BOLT #3; LDK's MIN_CHAN_DUST_LIMIT_SATOSHIS. */
const DUST_LIMIT_MSAT = 354_000;
const DEFAULT_UNILATERAL_TIMEOUT_SECONDS = 172_800;

/** lightning-listpeerchannels(7), lightning-listclosedchannels(7), lightning-close(7), lightning-listhtlcs(7) */
export const channelMethods = ({
  identity,
  views,
  closing,
  wallet,
  receiving,
}: Pick<NodeParts, 'identity' | 'views' | 'closing' | 'wallet' | 'receiving'>): readonly Method[] => [
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
      const chosen = views
        .list()
        .filter(({ state }) => state !== 'CLOSED')
        .filter(({ peerId }) => id === undefined || peerId === id)
        .filter((each) => channel === undefined || each.channelId === channel)
        .filter((each) => scid === undefined || [each.shortChannelId, each.aliasLocal].includes(scid));
      return { channels: chosen.map((each) => describe(identity.id, each, receiving)) };
    },
  }),
  method({
    name: 'listclosedchannels',
    category: 'network',
    params: [{ name: 'id', type: nodeId }],
    handle: ({ id }) => ({
      closedchannels: views
        .list()
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
      'fee_negotiation_step',
      'wrong_funding',
      'force_lease_closed',
      'feerange',
    ],
    handle: async ({ id, unilateraltimeout, destination }) => {
      const record = views.find(id);
      const script = destination === undefined ? undefined : await wallet.scriptOf(destination);
      if (destination !== undefined && !script)
        throw new ParamError('destination', 'should be a bitcoin address', destination);
      const { type, transactions } = await closing.close({
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
      await closing.force(views.find(id).channelId, 'Failing due to dev-fail command');
      return {};
    },
  }),
  method({
    name: 'listhtlcs',
    category: 'channels',
    params: [{ name: 'id', type: anyChannel }, 'index', 'start', 'limit'],
    handle: ({ id }) => {
      const chosen = id === undefined ? views.list().filter(isLive) : [views.find(id)];
      return {
        htlcs: chosen.flatMap(({ shortChannelId: scid = '0x0x0', live }) =>
          live.htlcs.map((htlc, i) => ({ short_channel_id: scid, created_index: i + 1, ...describeHtlc(htlc) })),
        ),
      };
    },
  }),
];

const anyChannel: ParamType<string> = (value) => textOf(value);

function describe(ourId: string, channel: ChannelView, receiving: Pick<Receiving, 'heldBy'>): object {
  const { live, state } = channel;
  const isOurs = channel.opener === 'local';
  return {
    peer_id: channel.peerId,
    peer_connected: channel.isConnected,
    channel_type: channelType(channel.typeBits),
    ignore_fee_limits: true,
    ...(live && describeLive(channel.isConnected, live)),
    state,
    owner: 'ldk',
    ...(channel.shortChannelId !== undefined && { short_channel_id: channel.shortChannelId }),
    direction: ourId < channel.peerId ? 0 : 1,
    channel_id: channel.channelId,
    funding_txid: channel.fundingTxid,
    funding_outnum: channel.fundingOutnum,
    private: channel.isPrivate,
    opener: channel.opener,
    ...(channel.closer && { closer: channel.closer }),
    alias: {
      ...(channel.aliasLocal !== undefined && { local: channel.aliasLocal }),
      ...(channel.aliasRemote !== undefined && { remote: channel.aliasRemote }),
    },
    features: ['option_static_remotekey'],
    funding: {
      local_funds_msat: isOurs ? channel.capacityMsat : 0,
      remote_funds_msat: isOurs ? 0 : channel.capacityMsat,
      pushed_msat: channel.pushedMsat,
    },
    to_us_msat: channel.toUsMsat,
    min_to_us_msat: channel.minToUsMsat,
    max_to_us_msat: channel.maxToUsMsat,
    total_msat: channel.capacityMsat,
    dust_limit_msat: DUST_LIMIT_MSAT,
    state_changes: channel.changes,
    status: channel.changes.slice(-1).map(({ new_state: newState, message }) => `${newState}:${message}`),
    htlcs: (live?.htlcs ?? []).map((htlc) => {
      const plugin = htlc.direction === 'in' ? receiving.heldBy(htlc.paymentHash) : undefined;
      return {
        ...describeHtlc(htlc),
        ...(plugin !== undefined && { status: `Waiting for the htlc_accepted hook of plugin ${plugin}` }),
      };
    }),
  };
}

function describeLive(isConnected: boolean, live: LiveChannel): object {
  const { ours, theirs, feeratePerKw: perkw, toSelfDelay } = live;
  return {
    reestablished: isConnected && live.isUsable,
    updates: { local: describeTerms(ours), ...(theirs && { remote: describeTerms(theirs) }) },
    lost_state: false,
    ...(perkw !== undefined && { feerate: { perkw, perkb: perkw * 4 } }),
    fee_base_msat: ours.feeBaseMsat,
    fee_proportional_millionths: ours.feeProportionalMillionths,
    their_reserve_msat: live.theirReserveMsat,
    our_reserve_msat: live.ourReserveMsat,
    spendable_msat: live.nextOutboundLimitMsat,
    receivable_msat: Number(live.inboundMsat),
    minimum_htlc_in_msat: ours.htlcMinimumMsat,
    minimum_htlc_out_msat: live.theirHtlcMinimumMsat,
    maximum_htlc_out_msat: live.theirHtlcMaximumMsat,
    ...(toSelfDelay !== undefined && { our_to_self_delay: toSelfDelay }),
    max_accepted_htlcs: 483,
  };
}

const describeTerms = (terms: ChannelTerms): object => ({
  htlc_minimum_msat: terms.htlcMinimumMsat,
  htlc_maximum_msat: terms.htlcMaximumMsat,
  cltv_expiry_delta: terms.cltvExpiryDelta,
  fee_base_msat: terms.feeBaseMsat,
  fee_proportional_millionths: terms.feeProportionalMillionths,
});

const describeHtlc = (htlc: Htlc): object => ({
  direction: htlc.direction,
  id: htlc.id,
  amount_msat: htlc.amountMsat,
  expiry: htlc.expiry,
  payment_hash: htlc.paymentHash,
  state: htlc.state,
  ...(htlc.isDust && { local_trimmed: true }),
});

function describeClosed(record: ChannelView): object {
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
    min_to_us_msat: record.minToUsMsat,
    max_to_us_msat: record.maxToUsMsat,
    close_cause: record.closeCause ?? 'unknown',
  };
}
