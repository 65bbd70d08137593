import type { NodeParts } from '../node/parts.js';
import { channelType, STATIC_REMOTEKEY } from './channel-type.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { arrayOf, bool, feerate, msat, nodeId, outpoint, satOrAll, string_, u32 } from '../rpc/params.js';
import { feeratePerKw } from './wallet.js';

const outpoints = arrayOf(outpoint);
const bits = arrayOf(u32);

/** lightning-fundchannel(7) */
export const fundingMethods = ({
  identity,
  dialer,
  opening,
  channels,
  fees,
}: Pick<NodeParts, 'identity' | 'dialer' | 'opening' | 'channels' | 'fees'>): readonly Method[] => [
  method({
    name: 'fundchannel',
    category: 'channels',
    params: [
      { name: 'id', type: nodeId, required: true },
      { name: 'amount', type: satOrAll, required: true },
      { name: 'feerate', type: feerate },
      { name: 'announce', type: bool, default: true },
      { name: 'minconf', type: u32, default: 1 },
      { name: 'utxos', type: outpoints },
      { name: 'push_msat', type: msat, default: 0n },
      'close_to',
      { name: 'request_amt', type: msat },
      { name: 'compact_lease', type: string_ },
      { name: 'mindepth', type: u32 },
      'reserve',
      { name: 'channel_type', type: bits },
    ],
    handle: async (args) => {
      if (args.id === identity.id) throw new RpcError(CODE.LIGHTNINGD, 'Cannot open a channel to ourselves');
      if (args.request_amt !== undefined || args.compact_lease !== undefined)
        throw new RpcError(CODE.FUNDING_V2_NOT_SUPPORTED, 'The embedded lightningd has no dual funding');
      if (args.channel_type && (args.channel_type.length !== 1 || args.channel_type[0] !== STATIC_REMOTEKEY))
        throw new RpcError(
          CODE.INVALID_PARAMS,
          'The embedded lightningd only opens channels of type [12] (static_remotekey)',
        );
      if ((args.mindepth ?? 0) > 1)
        throw new RpcError(
          CODE.INVALID_PARAMS,
          'mindepth: the embedded lightningd waits for as many blocks as the peer asks for, or for none with 0',
        );
      await dialer.dial(args.id);
      const { channelId, transaction, outnum } = await opening.open({
        peerId: args.id,
        amountSat: args.amount,
        feeratePerKw: feeratePerKw(args.feerate, fees),
        announce: args.announce,
        minconf: args.minconf,
        pushMsat: args.push_msat,
        minimumDepth: args.mindepth,
        utxos: args.utxos?.map(({ txid, outnum: vout }) => ({ txid, vout })),
      });
      return {
        tx: transaction.raw.toString('hex'),
        txid: transaction.txid,
        channel_id: channelId,
        channel_type: channelType(channels.get(channelId)?.typeBits),
        outnum,
        ...(args.mindepth !== undefined && { mindepth: args.mindepth }),
      };
    },
  }),
];
