import type { Method } from '../context.js';
import { dustLimitSat } from '../bitcoin/unfunded.js';
import { InsufficientFundsError, type AddressType, type Utxo } from '../chain/wallet.js';
import { hexOf } from '../bitcoin/hex.js';
import type { Node } from '../ldk/node.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { arrayOf, bool, feerate, oneOf, outpoint, satOrAll, string_, u32, type Feerate } from '../rpc/params.js';
import { FEERATE_FLOOR } from '../../cln/feerate.js';

const outpoints = arrayOf(outpoint);
const addressType = oneOf('bech32', 'p2tr', 'all');

/** lightning-newaddr(7), lightning-listaddresses(7), lightning-listfunds(7), lightning-withdraw(7), lightning-listtransactions(7) */
export const walletMethods = (node: Node): readonly Method[] => [
  method({
    name: 'newaddr',
    category: 'bitcoin',
    params: [{ name: 'addresstype', type: addressType, default: 'p2tr' }],
    handle: async ({ addresstype }) => {
      const first = await node.wallet.newAddress(addresstype === 'bech32' ? 'bech32' : 'p2tr');
      await node.engine.schedule();
      if (addresstype === 'all')
        return { bech32: await node.wallet.addressAt('bech32', first.index), p2tr: first.address };
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
      const last = node.wallet.nextIndex - 1;
      const from = Math.max(1, start);
      const to = limit === undefined ? last : Math.min(last, from + limit - 1);
      if (to < from) return { addresses: [] };
      const [bech32, p2tr] = await Promise.all(
        (['bech32', 'p2tr'] as AddressType[]).map((type) => node.wallet.addressesAt(type, from, to)),
      );
      const all = bech32!.map((text, i) => ({ keyidx: from + i, bech32: text, p2tr: p2tr![i]! }));
      return { addresses: all.filter((a) => address === undefined || [a.bech32, a.p2tr].includes(address)) };
    },
  }),
  method({
    name: 'listfunds',
    category: 'bitcoin',
    params: [{ name: 'spent', type: bool, default: false }],
    handle: async () => ({ outputs: await listOutputs(node), channels: listChannelFunds(node) }),
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
      const script = await node.wallet.scriptOf(destination);
      if (!script) throw new ParamError('destination', 'should be a bitcoin address, or address type', destination);
      if (satoshi !== 'all' && satoshi < dustLimitSat(script))
        throw new RpcError(CODE.FUND_OUTPUT_IS_DUST, `Output ${satoshi} satoshis would be dust`);
      const chosen = utxos?.map(({ txid, outnum }) => ({ txid, vout: outnum }));
      const coins = await node.wallet.utxos();
      const usable = coins.filter((coin) => !coin.reserved && coin.confirmations >= minconf);
      const all = satoshi === 'all';
      const isChosen = (coin: Utxo): boolean =>
        chosen ? chosen.some(({ txid, vout }) => txid === coin.txid && vout === coin.vout) : usable.includes(coin);
      const total = coins.filter(isChosen).reduce((sum, { valueSat }) => sum + valueSat, 0n);
      if (all && total === 0n) throw new RpcError(CODE.FUND_CANNOT_AFFORD, 'No available UTXOs');
      const output = { valueSat: all ? total : satoshi, script };
      const options = { feeratePerKw: feeratePerKw(rate), minconf, utxos: chosen ?? (all ? usable : undefined), all };
      const funded = await node.wallet.fund([output], options).catch((error: unknown) => {
        if (!(error instanceof InsufficientFundsError)) throw error;
        const short = all ? 0n : satoshi - total;
        throw new RpcError(
          CODE.FUND_CANNOT_AFFORD,
          `Could not afford ${all ? 'all' : `${satoshi}sat`} using all ${usable.length} available UTXOs: ${short > 0n ? short : 0n}sat short`,
        );
      });
      try {
        const transaction = await node.wallet.sign(funded);
        const tx = transaction.raw.toString('hex');
        const psbt = await node.rpc.call<string>('converttopsbt', [tx, true]);
        node.broadcaster.keep(transaction);
        await node.engine.schedule();
        const refused = await node.broadcaster.send(transaction);
        if (refused === undefined) return { tx, txid: transaction.txid, psbt };
        node.broadcaster.forget(transaction);
        await node.engine.schedule();
        throw new RpcError(CODE.LIGHTNINGD, `Error broadcasting transaction: ${refused}`);
      } catch (error) {
        await node.wallet.release(funded).catch(() => {}); // bitcoind is away, or has spent them: they are not set aside then
        throw error;
      }
    },
  }),
  method({
    name: 'listtransactions',
    category: 'bitcoin',
    params: [],
    handle: async () => ({ transactions: await listTransactions(node) }),
  }),
];

/** The feerate to pay, sat per 1000 weight: regtest has no fee market, so all that have names are the floor. */
export const feeratePerKw = (rate: Feerate | undefined): number =>
  rate && 'perKw' in rate ? rate.perKw : FEERATE_FLOOR;

async function listOutputs(node: Node): Promise<object[]> {
  const utxos = await node.wallet.utxos();
  const tip = node.engine.best.height;
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

function listChannelFunds(node: Node): object[] {
  const live = new Map(node.channels.live().map((details) => [hexOf(details.get_channel_id().get_a()), details]));
  return node.channels
    .records()
    .filter(({ state }) => state !== 'CLOSED')
    .map((record) => {
      const details = live.get(record.channelId);
      const state = details ? node.channels.stateOf(details) : record.state;
      return {
        peer_id: record.peerId,
        connected: node.peers.get(record.peerId) !== undefined,
        state,
        channel_id: record.channelId,
        ...(record.shortChannelId !== undefined && { short_channel_id: record.shortChannelId }),
        our_amount_msat: node.channels.ourMsat(record, details),
        amount_msat: record.capacityMsat,
        funding_txid: record.fundingTxid,
        funding_output: record.fundingOutnum,
      };
    });
}

async function listTransactions(node: Node): Promise<object[]> {
  const listed = await node.wallet.transactions();
  const unique = new Map(listed.map((transaction) => [transaction.txid, transaction]));
  const decoded = await Promise.all(
    [...unique.values()].map(async ({ txid, blockheight, blockindex }) => {
      const { hex } = await node.wallet.transaction(txid);
      const raw = await node.rpc.call<DecodedTransaction>('decoderawtransaction', [hex]);
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
