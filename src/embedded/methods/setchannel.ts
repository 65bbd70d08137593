import type { NodeParts } from '../node/parts.js';
import type { Fees } from '../node/channels/policy.js';
import type { ChannelRecord } from '../node/channels/record.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { msat, string_, u32 } from '../rpc/params.js';

/** lightning-setchannel(7): the fees of one channel, or of all. */
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
      const { channels, fees } = await policy.setFees(id, {
        ...(feebase !== undefined && { baseMsat: Number(feebase) }),
        ...(feeppm !== undefined && { millionths: feeppm }),
      });
      return { channels: channels.map((channel) => describe(channel, fees)) };
    },
  }),
];

const describe = (record: ChannelRecord, { baseMsat, millionths }: Fees): object => ({
  peer_id: record.peerId,
  channel_id: record.channelId,
  ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
  fee_base_msat: baseMsat,
  fee_proportional_millionths: millionths,
  minimum_htlc_out_msat: 1,
  maximum_htlc_out_msat: record.capacityMsat,
  ignore_fee_limits: true,
});
