import { forwardingFees } from './forwarding-fees.js';
import * as ldk from '#ldk';
import type { OptionValues } from '../context.js';
import { FEERATE_FLOOR } from '../../cln/feerate.js';
import { FEE_TARGET, type Fees } from '../chain/fees.js';

/** Above what any regtest channel needs: small HTLCs are dust at 253perkw, and LDK would refuse them by its default. */
const MAX_DUST_EXPOSURE_MSAT = 5_000_000_000n;
/** LDK accepts no less (MIN_CLTV_EXPIRY_DELTA). */
const MIN_CLTV_EXPIRY_DELTA = 42;
/** What `fundchannel` decides for one channel. */
export interface ChannelChoices {
  readonly announce: boolean;
  readonly minimumDepth?: number | undefined;
}

/** LDK's configuration with Core Lightning's defaults for regtest, as far as LDK knows them. */
export function userConfig(options: OptionValues, choices: ChannelChoices): ldk.UserConfig {
  const config = ldk.UserConfig.constructor_default();
  const handshake = ldk.ChannelHandshakeConfig.constructor_default();
  handshake.set_minimum_depth(choices.minimumDepth ?? options.number('funding-confirms') ?? 1);
  handshake.set_our_htlc_minimum_msat(BigInt(Math.max(1, options.number('htlc-minimum-msat') ?? 0)));
  handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(100);
  handshake.set_announce_for_forwarding(choices.announce);
  // so that a closed channel pays to the wallet, and `close` may name another destination
  handshake.set_commit_upfront_shutdown_pubkey(false);
  handshake.set_negotiate_anchors_zero_fee_htlc_tx(false);
  handshake.set_our_max_accepted_htlcs(options.number('max-concurrent-htlcs') ?? 483);
  config.set_channel_handshake_config(handshake);

  const limits = ldk.ChannelHandshakeLimits.constructor_default();
  limits.set_min_funding_satoshis(BigInt(options.number('min-capacity-sat') ?? 10_000));
  limits.set_max_funding_satoshis(2_100_000_000_000_000n);
  limits.set_force_announced_channel_preference(false);
  limits.set_trust_own_funding_0conf(choices.minimumDepth === 0);
  config.set_channel_handshake_limits(limits);

  const channel = ldk.ChannelConfig.constructor_default();
  const { baseMsat, millionths } = forwardingFees(options);
  channel.set_forwarding_fee_base_msat(baseMsat);
  channel.set_forwarding_fee_proportional_millionths(millionths);
  channel.set_cltv_expiry_delta(Math.max(MIN_CLTV_EXPIRY_DELTA, options.number('cltv-delta') ?? 0));
  channel.set_max_dust_htlc_exposure(ldk.MaxDustHTLCExposure.constructor_fixed_limit_msat(MAX_DUST_EXPOSURE_MSAT));
  config.set_channel_config(channel);

  config.set_manually_accept_inbound_channels(true);
  config.set_accept_forwards_to_priv_channels(true);
  return config;
}

const { LDKConfirmationTarget_NonAnchorChannelFee: COMMITMENT, LDKConfirmationTarget_MaximumFeeEstimate: MAXIMUM } =
  ldk.ConfirmationTarget;

/** In how many blocks each is to be that we pay for; what a peer pays is never too little. */
const TARGETS: Partial<Record<ldk.ConfirmationTarget, number>> = {
  [COMMITMENT]: FEE_TARGET.unilateralClose,
  [ldk.ConfirmationTarget.LDKConfirmationTarget_UrgentOnChainSweep]: FEE_TARGET.urgent,
  [ldk.ConfirmationTarget.LDKConfirmationTarget_ChannelCloseMinimum]: FEE_TARGET.mutualClose,
  [ldk.ConfirmationTarget.LDKConfirmationTarget_OutputSpendingFee]: FEE_TARGET.normal,
};

export const feeEstimator = (fees: Fees): ldk.FeeEstimator =>
  ldk.FeeEstimator.new_impl({
    get_est_sat_per_1000_weight: (target) => {
      if (target === MAXIMUM) return fees.maxPerKw;
      const blocks = TARGETS[target];
      return blocks === undefined ? FEERATE_FLOOR : fees.perKw(blocks);
    },
  });
