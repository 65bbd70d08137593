import type { NodeParts } from '../node/parts.js';
import type { NewTerms } from '../ldk/channels.js';
import type { ChannelTerms } from '../ldk/live-channel.js';
import type { ChannelRecord } from '../node/channels/record.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { msat, string_, u16, u32 } from '../rpc/params.js';

/** lightning-setchannel(7): the fees of one channel, or of all; and one of ours for what that has no parameter for. */
export const setchannelMethods = ({ policy }: Pick<NodeParts, 'policy'>): readonly Method[] => [
  method({
    name: 'setchannel',
    category: 'channels',
    params: [
      { name: 'id', type: string_, required: true },
      { name: 'feebase', type: msat },
      { name: 'feeppm', type: u32 },
      'htlcmin',
      'htlcmax',
      'enforcedelay',
      'ignorefeelimits',
    ],
    handle: async ({ id, feebase, feeppm }) => {
      if (feebase !== undefined && feebase > 0xffff_ffffn)
        throw new RpcError(CODE.INVALID_PARAMS, `feebase: ${feebase}msat is too much`);
      const fees = { baseMsat: feebase === undefined ? undefined : Number(feebase), millionths: feeppm };
      const channels = await policy.set(id, fees);
      return { channels: channels.map((channel) => describe(channel, channel.live.ours, fees)) };
    },
  }),
  method({
    name: 'dev-set-cltv-delta',
    category: 'developer',
    developerOnly: true,
    params: [
      { name: 'id', type: string_, required: true },
      { name: 'cltv_delta', type: u16, required: true },
    ],
    handle: async ({ id, cltv_delta: cltvDelta }) => {
      const channels = await policy.set(id, { cltvDelta });
      return {
        channels: channels.map(({ peerId, channelId }) => ({
          peer_id: peerId,
          channel_id: channelId,
          cltv_expiry_delta: cltvDelta,
        })),
      };
    },
  }),
];

const describe = (record: ChannelRecord, before: ChannelTerms, { baseMsat, millionths }: NewTerms): object => ({
  peer_id: record.peerId,
  channel_id: record.channelId,
  ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
  fee_base_msat: baseMsat ?? before.feeBaseMsat,
  fee_proportional_millionths: millionths ?? before.feeProportionalMillionths,
  minimum_htlc_out_msat: 1,
  maximum_htlc_out_msat: record.capacityMsat,
  ignore_fee_limits: true,
});
