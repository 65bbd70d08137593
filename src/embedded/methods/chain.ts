import type { NodeParts } from '../node/parts.js';
import { MAX_TIMER_MS } from '../../core/timers.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { feerate, oneOf, u32 } from '../rpc/params.js';
import { FEERATE_FLOOR } from '../../cln/feerate.js';
import { feeratePerKw } from './wallet.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
/** What LDK takes for the highest feerate that a peer may want (ldk/config.ts). */
const MAX_ACCEPTABLE = 250_000;
const ESTIMATE_BLOCKS = [2, 6, 12, 100];
/** Weights of the transactions that a channel needs (BOLT #3). */
const WEIGHT = { opening: 702, mutualClose: 673, unilateralClose: 598, htlcTimeout: 663, htlcSuccess: 703 };

const style = oneOf('perkb', 'perkw');

/** lightning-waitblockheight(7), lightning-feerates(7), lightning-parsefeerate(7) */
export const chainMethods = ({ chain, height }: Pick<NodeParts, 'chain' | 'height'>): readonly Method[] => [
  method({
    name: 'waitblockheight',
    category: 'utility',
    params: [
      { name: 'blockheight', type: u32, required: true },
      { name: 'timeout', type: u32, default: DEFAULT_TIMEOUT_SECONDS },
    ],
    handle: async ({ blockheight, timeout }, call) => {
      const limit = AbortSignal.any([call.disconnected, AbortSignal.timeout(Math.min(timeout * 1000, MAX_TIMER_MS))]);
      if (!(await chain.waitHeight(blockheight, limit))) throw new RpcError(CODE.WAIT_TIMEOUT, 'Timed out.');
      return { blockheight: height() };
    },
  }),
  method({
    name: 'feerates',
    category: 'bitcoin',
    params: [{ name: 'style', type: style, required: true }],
    handle: ({ style: unit }) => {
      const rate = unit === 'perkw' ? FEERATE_FLOOR : FEERATE_FLOOR * 4;
      const sat = (weight: number): number => Math.floor((weight * FEERATE_FLOOR) / 1000);
      return {
        [unit]: {
          opening: rate,
          mutual_close: rate,
          unilateral_close: rate,
          penalty: rate,
          min_acceptable: rate,
          max_acceptable: unit === 'perkw' ? MAX_ACCEPTABLE : MAX_ACCEPTABLE * 4,
          floor: rate,
          estimates: ESTIMATE_BLOCKS.map((blockcount) => ({ blockcount, feerate: rate, smoothed_feerate: rate })),
        },
        onchain_fee_estimates: {
          opening_channel_satoshis: sat(WEIGHT.opening),
          mutual_close_satoshis: sat(WEIGHT.mutualClose),
          unilateral_close_satoshis: sat(WEIGHT.unilateralClose),
          htlc_timeout_satoshis: sat(WEIGHT.htlcTimeout),
          htlc_success_satoshis: sat(WEIGHT.htlcSuccess),
        },
      };
    },
  }),
  method({
    name: 'parsefeerate',
    category: 'utility',
    params: [{ name: 'feerate', type: feerate, required: true }],
    handle: ({ feerate: rate }) => ({ perkw: feeratePerKw(rate) }),
  }),
];
