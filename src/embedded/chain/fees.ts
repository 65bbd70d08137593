import { FEERATE_FLOOR } from '../../cln/feerate.js';
import { estimateFor, type BitcoindWeather, type FeeEstimate } from '../../rpc/bitcoind-weather.js';

/** For how many blocks lightningd has estimates. */
const TARGETS = [2, 6, 12, 100];

/** In how many blocks a transaction is to be in: `conversions` of lightningd's chaintopology.c. */
export const FEE_TARGET = {
  opening: 12,
  mutualClose: 100,
  unilateralClose: 6,
  penalty: 12,
  urgent: 6,
  normal: 12,
  slow: 100,
} as const;

/** No ceiling for what a peer wants to pay: the highest feerate that we take, at the least, or so many times ours. */
const MAX_FEERATE = 250_000;
const MAX_FACTOR = 10;

/** What this node takes transactions to cost: regtest has no fee market, so the floor, unless something else is set. */
export class Fees {
  readonly #weather: Pick<BitcoindWeather, 'estimates'>;

  constructor(weather: Pick<BitcoindWeather, 'estimates'>) {
    this.#weather = weather;
  }

  estimates(): readonly FeeEstimate[] {
    return this.#weather.estimates ?? TARGETS.map((blocks) => ({ blocks, feeratePerKw: FEERATE_FLOOR }));
  }

  /** For a transaction that is to be in one of the next `blocks` blocks, in sat per 1000 weight. */
  perKw(blocks: number): number {
    return Math.max(FEERATE_FLOOR, estimateFor(this.estimates(), blocks));
  }

  /** The highest that a peer may want, in sat per 1000 weight. */
  get maxPerKw(): number {
    return Math.max(MAX_FEERATE, MAX_FACTOR * this.perKw(1));
  }
}
