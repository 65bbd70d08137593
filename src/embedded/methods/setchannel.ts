import * as ldk from '#ldk';
import type { Method } from '../context.js';
import { forwardingFees } from '../ldk/config.js';
import type { ChannelRecord } from '../ldk/channels.js';
import { err } from '../ldk/convert.js';
import { bytesOf } from '../bitcoin/hex.js';
import { apiError } from '../ldk/funding.js';
import type { Node } from '../ldk/node.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { any_, bool, msat, string_, u32 } from '../rpc/params.js';
import { findChannel, liveById } from './channels.js';

/** lightning-setchannel(7): the fees of one channel, or of all. */
export const setchannelMethods = (node: Node): readonly Method[] => [
  method({
    name: 'setchannel',
    category: 'channels',
    params: [
      { name: 'id', type: string_, required: true },
      { name: 'feebase', type: msat },
      { name: 'feeppm', type: u32 },
      { name: 'htlcmin', type: msat },
      { name: 'htlcmax', type: msat },
      { name: 'enforcedelay', type: any_ },
      { name: 'ignorefeelimits', type: bool },
    ],
    handle: async ({ id, feebase, feeppm, htlcmin, htlcmax }) => {
      const live = liveById(node);
      const chosen =
        id === 'all' ? node.channels.records().filter((record) => live.has(record.channelId)) : [findChannel(node, id)];
      const fees = forwardingFees(node.ctx.options);
      const baseMsat = feebase === undefined ? fees.baseMsat : Number(feebase);
      const ppm = feeppm ?? fees.millionths;
      if (baseMsat > 0xffff_ffff) throw new RpcError(CODE.INVALID_PARAMS, `feebase: ${baseMsat}msat is too much`);
      if (htlcmin !== undefined || htlcmax !== undefined)
        throw new RpcError(CODE.INVALID_PARAMS, 'htlcmin and htlcmax: LDK sets them itself');
      await node.engine.act(() => {
        for (const record of chosen) setFees(node, record, baseMsat, ppm);
      });
      return { channels: chosen.map((record) => describe(record, baseMsat, ppm)) };
    },
  }),
];

function setFees(node: Node, record: ChannelRecord, baseMsat: number, ppm: number): void {
  const update = ldk.ChannelConfigUpdate.constructor_new(
    ldk.Option_u32Z.constructor_some(ppm),
    ldk.Option_u32Z.constructor_some(baseMsat),
    ldk.Option_u16Z.constructor_none(),
    ldk.Option_MaxDustHTLCExposureZ.constructor_none(),
    ldk.Option_u64Z.constructor_none(),
  );
  const channel = ldk.ChannelId.constructor_from_bytes(bytesOf(record.channelId));
  const done = node.engine.manager.update_partial_channel_config(bytesOf(record.peerId), [channel], update);
  if (!done.is_ok()) throw new RpcError(CODE.LIGHTNINGD, apiError(err(done)));
}

const describe = (record: ChannelRecord, baseMsat: number, ppm: number): object => ({
  peer_id: record.peerId,
  channel_id: record.channelId,
  ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
  fee_base_msat: baseMsat,
  fee_proportional_millionths: ppm,
  minimum_htlc_out_msat: 1,
  maximum_htlc_out_msat: record.capacityMsat,
  ignore_fee_limits: true,
});
