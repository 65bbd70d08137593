import type { Method } from '../context.js';
import type { AddressType } from '../chain/wallet.js';
import type { NodeParts } from '../node/parts.js';
import type { ChannelView } from '../node/channels/view.js';
import { ParamError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { arrayOf, feerate, oneOf, outpoint, satOrAll, string_, u32, type Feerate } from '../rpc/params.js';
import { FEERATE_FLOOR, type FEERATE_NAMES } from '../../cln/feerate.js';
import { FEE_TARGET, type Fees } from '../chain/fees.js';

const outpoints = arrayOf(outpoint);
const addressType = oneOf('bech32', 'p2tr', 'all');

/** lightning-newaddr(7), lightning-listaddresses(7), lightning-listfunds(7), lightning-withdraw(7), lightning-listtransactions(7) */
type Parts = Pick<NodeParts, 'fees' | 'wallet' | 'withdrawal' | 'views' | 'rpc' | 'height'>;

export const walletMethods = (parts: Parts): readonly Method[] => [
  method({
    name: 'newaddr',
    category: 'bitcoin',
    params: [{ name: 'addresstype', type: addressType, default: 'p2tr' }],
    handle: async ({ addresstype }) => {
      const first = await parts.wallet.newAddress(addresstype === 'bech32' ? 'bech32' : 'p2tr');
      if (addresstype === 'all')
        return { bech32: await parts.wallet.addressAt('bech32', first.index), p2tr: first.address };
      return { [addresstype]: first.address };
    },
  }),
  method({
    name: 'listaddresses',
    category: 'bitcoin',
    params: [
      { name: 'address', type: string_ },
      { name: 'start', type: u32 },
      { name: 'limit', type: u32 },
    ],
    handle: async ({ address, start = 1, limit }) => {
      const last = parts.wallet.nextIndex - 1;
      const from = Math.max(1, start);
      const to = limit === undefined ? last : Math.min(last, from + limit - 1);
      if (to < from) return { addresses: [] };
      const [bech32, p2tr] = await Promise.all(
        (['bech32', 'p2tr'] as AddressType[]).map((type) => parts.wallet.addressesAt(type, from, to)),
      );
      const all = bech32!.map((text, i) => ({ keyidx: from + i, bech32: text, p2tr: p2tr![i]! }));
      return { addresses: all.filter((a) => address === undefined || [a.bech32, a.p2tr].includes(address)) };
    },
  }),
  method({
    name: 'listfunds',
    category: 'bitcoin',
    params: ['spent'],
    handle: async () => ({
      outputs: await listOutputs(parts),
      channels: parts.views.list().filter(isFunded).map(describeFunds),
    }),
  }),
  method({
    name: 'withdraw',
    category: 'bitcoin',
    params: [
      { name: 'destination', type: string_, required: true },
      { name: 'satoshi', type: satOrAll, required: true },
      { name: 'feerate', type: feerate },
      { name: 'minconf', type: u32, default: 1 },
      { name: 'utxos', type: outpoints },
    ],
    handle: async ({ destination, satoshi, feerate: rate, minconf, utxos }) => {
      const script = await parts.wallet.scriptOf(destination);
      if (!script) throw new ParamError('destination', 'should be a bitcoin address, or address type', destination);
      const { transaction, psbt } = await parts.withdrawal.send({
        script,
        amountSat: satoshi,
        feeratePerKw: feeratePerKw(rate, parts.fees),
        minconf,
        utxos: utxos?.map(({ txid, outnum }) => ({ txid, vout: outnum })),
      });
      return { tx: transaction.raw.toString('hex'), txid: transaction.txid, psbt };
    },
  }),
  method({
    name: 'listtransactions',
    category: 'bitcoin',
    params: [],
    handle: async () => ({ transactions: await listTransactions(parts) }),
  }),
];

/** The feerates with names that are for a number of blocks: `param_feerate` of lightningd. */
const BLOCKS_OF: { readonly [N in (typeof FEERATE_NAMES)[number]]: number | undefined } = {
  slow: FEE_TARGET.slow,
  normal: FEE_TARGET.normal,
  urgent: FEE_TARGET.urgent,
  minimum: undefined,
  opening: FEE_TARGET.opening,
  mutual_close: FEE_TARGET.mutualClose,
  unilateral_close: FEE_TARGET.unilateralClose,
  unilateral_anchor_close: FEE_TARGET.slow,
  penalty: FEE_TARGET.penalty,
};

/** The feerate to pay, sat per 1000 weight: `opening` where none is named. */
export function feeratePerKw(rate: Feerate | undefined, fees: Fees): number {
  if (!rate) return fees.perKw(FEE_TARGET.opening);
  if ('perKw' in rate) return rate.perKw;
  const blocks = 'blocks' in rate ? rate.blocks : BLOCKS_OF[rate.name];
  return blocks === undefined ? FEERATE_FLOOR : fees.perKw(blocks);
}

async function listOutputs({ wallet, height }: Parts): Promise<object[]> {
  const utxos = await wallet.utxos();
  const tip = height();
  return utxos.map(({ txid, vout, valueSat, script, address, confirmations, reserved }) => ({
    txid,
    output: vout,
    amount_msat: Number(valueSat * 1000n),
    scriptpubkey: script,
    ...(address !== undefined && { address }),
    status: confirmations > 0 ? 'confirmed' : 'unconfirmed',
    ...(confirmations > 0 && { blockheight: Math.max(0, tip - confirmations + 1) }),
    reserved,
    // how long is bitcoind's matter: until the transaction is made, or bitcoind ends
    ...(reserved && { reserved_to_block: tip + 72 }),
  }));
}

const isFunded = ({ state }: ChannelView): boolean => state !== 'CLOSED';

const describeFunds = (channel: ChannelView): object => ({
  peer_id: channel.peerId,
  connected: channel.isConnected,
  state: channel.state,
  channel_id: channel.channelId,
  ...(channel.shortChannelId !== undefined && { short_channel_id: channel.shortChannelId }),
  our_amount_msat: channel.toUsMsat,
  amount_msat: channel.capacityMsat,
  funding_txid: channel.fundingTxid,
  funding_output: channel.fundingOutnum,
});

async function listTransactions({ wallet, rpc }: Parts): Promise<object[]> {
  const listed = await wallet.transactions();
  const unique = new Map(listed.map((transaction) => [transaction.txid, transaction]));
  const decoded = await Promise.all(
    [...unique.values()].map(async ({ txid, blockheight, blockindex }) => {
      const { hex } = await wallet.transaction(txid);
      const raw = await rpc.call<DecodedTransaction>('decoderawtransaction', [hex]);
      return {
        hash: txid,
        rawtx: hex,
        blockheight: blockheight ?? 0,
        txindex: blockindex ?? 0,
        locktime: raw.locktime,
        version: raw.version,
        inputs: raw.vin.map((input) => ({
          txid: input.txid ?? '00'.repeat(32),
          index: input.vout ?? 0xffff_ffff,
          sequence: input.sequence,
        })),
        outputs: raw.vout.map((output) => ({
          index: output.n,
          amount_msat: Math.round(output.value * 1e8) * 1000,
          scriptPubKey: output.scriptPubKey.hex,
        })),
      };
    }),
  );
  return decoded;
}

interface DecodedTransaction {
  readonly version: number;
  readonly locktime: number;
  readonly vin: readonly { readonly txid?: string; readonly vout?: number; readonly sequence: number }[];
  readonly vout: readonly {
    readonly n: number;
    readonly value: number;
    readonly scriptPubKey: { readonly hex: string };
  }[];
}
