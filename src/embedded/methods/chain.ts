import type { NodeParts } from '../node/parts.js';
import { MAX_TIMER_MS } from '../../core/timers.js';
import type { Method } from '../context.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { feerate, oneOf, u32 } from '../rpc/params.js';
import { FEERATE_FLOOR } from '../../cln/feerate.js';
import { FEE_TARGET } from '../chain/fees.js';
import { feeratePerKw } from './wallet.js';

const DEFAULT_TIMEOUT_SECONDS = 60;
/** Weights of the transactions that a channel needs (BOLT #3). */
const WEIGHT = { opening: 702, mutualClose: 673, unilateralClose: 598, htlcTimeout: 663, htlcSuccess: 703 };

const style = oneOf('perkb', 'perkw');

/** lightning-waitblockheight(7), lightning-feerates(7), lightning-parsefeerate(7) */
export const chainMethods = ({
  chain,
  fees,
  height,
}: Pick<NodeParts, 'chain' | 'fees' | 'height'>): readonly Method[] => [
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
      const styled = (perKw: number): number => (unit === 'perkw' ? perKw : perKw * 4);
      const perKw = (purpose: keyof typeof FEE_TARGET): number => fees.perKw(FEE_TARGET[purpose]);
      const sat = (weight: number, purpose: keyof typeof FEE_TARGET): number =>
        Math.floor((weight * perKw(purpose)) / 1000);
      return {
        [unit]: {
          opening: styled(perKw('opening')),
          mutual_close: styled(perKw('mutualClose')),
          unilateral_close: styled(perKw('unilateralClose')),
          penalty: styled(perKw('penalty')),
          min_acceptable: styled(FEERATE_FLOOR),
          max_acceptable: styled(fees.maxPerKw),
          floor: styled(FEERATE_FLOOR),
          estimates: fees.estimates().map(({ blocks, feeratePerKw: rate }) => ({
            blockcount: blocks,
            feerate: styled(rate),
            smoothed_feerate: styled(rate),
          })),
        },
        onchain_fee_estimates: {
          opening_channel_satoshis: sat(WEIGHT.opening, 'opening'),
          mutual_close_satoshis: sat(WEIGHT.mutualClose, 'mutualClose'),
          unilateral_close_satoshis: sat(WEIGHT.unilateralClose, 'unilateralClose'),
          htlc_timeout_satoshis: sat(WEIGHT.htlcTimeout, 'urgent'),
          htlc_success_satoshis: sat(WEIGHT.htlcSuccess, 'urgent'),
        },
      };
    },
  }),
  method({
    name: 'parsefeerate',
    category: 'utility',
    params: [{ name: 'feerate', type: feerate, required: true }],
    handle: ({ feerate: rate }) => ({ perkw: feeratePerKw(rate, fees) }),
  }),
];
