import type { ChannelState } from '../../cln/channel-states.js';
import type { ChannelUpdate, PeerChannel } from '../../rpc/lightning-types.js';
import type { Channel, ChannelPhase, Policy } from '../node.js';

/** What the states of lightning-listpeerchannels(7) are in a channel's life. During a splice it goes on carrying payments. */
const PHASES: { readonly [state: string]: ChannelPhase } & { readonly [S in ChannelState]: ChannelPhase } = {
  OPENINGD: 'opening',
  DUALOPEND_OPEN_INIT: 'awaiting-funding',
  DUALOPEND_OPEN_COMMIT_READY: 'awaiting-funding',
  DUALOPEND_OPEN_COMMITTED: 'awaiting-funding',
  DUALOPEND_AWAITING_LOCKIN: 'awaiting-funding',
  CHANNELD_AWAITING_LOCKIN: 'awaiting-funding',
  CHANNELD_NORMAL: 'normal',
  CHANNELD_AWAITING_SPLICE: 'normal',
  CHANNELD_SHUTTING_DOWN: 'shutting-down',
  CLOSINGD_SIGEXCHANGE: 'shutting-down',
  CLOSINGD_COMPLETE: 'closing',
  AWAITING_UNILATERAL: 'closing',
  FUNDING_SPEND_SEEN: 'on-chain',
  ONCHAIN: 'on-chain',
  CLOSED: 'closed',
};
/** The state of an HTLC that both ends have committed to. */
const COMMITTED = /^(SENT|RCVD)_ADD_ACK_REVOCATION$/;

const policyOf = (update: ChannelUpdate | undefined): Policy =>
  update === undefined
    ? {}
    : {
        baseMsat: BigInt(update.fee_base_msat),
        perMillion: update.fee_proportional_millionths,
        cltvDelta: update.cltv_expiry_delta,
        htlcMinMsat: BigInt(update.htlc_minimum_msat),
        htlcMaxMsat: BigInt(update.htlc_maximum_msat),
      };

/** A channel of lightning-listpeerchannels(7) in nobody's own words. */
export function channelOf(wire: PeerChannel): Channel {
  const { state, funding_txid, funding_outnum = 0, htlcs = [] } = wire;
  const phase = PHASES[state];
  if (phase === undefined) throw new Error(`lightningd has a channel in the unknown state ${state}`);
  return {
    id: wire.channel_id,
    shortChannelId: wire.short_channel_id,
    peer: wire.peer_id,
    capacityMsat: BigInt(wire.total_msat ?? 0),
    oursMsat: BigInt(wire.to_us_msat ?? 0),
    spendableMsat: BigInt(wire.spendable_msat ?? 0),
    phase,
    state,
    usable: phase === 'normal' && wire.updates?.remote !== undefined && wire.short_channel_id !== undefined,
    connected: wire.peer_connected,
    established: wire.reestablished !== false,
    private: wire.private === true,
    policy: policyOf(wire.updates?.local),
    openedByUs: wire.opener === 'local',
    funding: funding_txid === undefined ? undefined : { txid: funding_txid, output: funding_outnum },
    payments: htlcs.map((htlc) => ({
      hash: htlc.payment_hash,
      committed: COMMITTED.test(htlc.state),
      amountMsat: BigInt(htlc.amount_msat),
      isOurs: htlc.direction === 'out',
      state: htlc.state,
    })),
  };
}
