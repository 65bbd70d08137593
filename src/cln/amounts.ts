import { MAX_MSAT } from '../core/amounts.js';
import { LnPlayError, named } from '../core/errors.js';

/** How many decimals of each unit are a whole number of msat. */
const DECIMALS = { msat: 0, sat: 3, btc: 11 } as const;
type Unit = keyof typeof DECIMALS;

/**
 * Reads an amount as Core Lightning does: `24msat`, `10sat`, `0.042btc`; a bare number is in `bare`. Only btc has decimals
 * there (common/amount.c); `fractional` are the units that may have them.
 *
 * @returns msat, or undefined if it is no amount
 */
export function readMsat(text: string, bare: Unit, fractional: readonly Unit[] = ['btc']): bigint | undefined {
  const [, whole, fraction = '', suffix] = /^(\d+)(?:\.(\d+))?(msat|sat|btc)?$/.exec(text) ?? [];
  const unit = (suffix ?? bare) as Unit;
  if (whole === undefined || fraction.length > DECIMALS[unit]) return undefined;
  if (fraction !== '' && !fractional.includes(unit)) return undefined;
  return BigInt(whole + fraction.padEnd(DECIMALS[unit], '0'));
}

/** How a person writes an amount. */
export const AMOUNT_HINT = 'amounts are written 24msat, 10sat or 0.042btc';

/**
 * Reads an amount that a person wrote: as Core Lightning does, and sat may have decimals too.
 *
 * @param hint how it can be written
 * @returns msat
 * @throws {LnPlayError} USAGE, naming `what` and the value
 */
export function parseAmountMsat(text: string, what?: string, bare: Unit = 'sat', hint = AMOUNT_HINT): bigint {
  const msat = readMsat(text.trim(), bare, ['sat', 'btc']);
  if (msat === undefined) throw new LnPlayError('USAGE', `${named(text, what)} is not an amount`, { hint });
  if (msat > MAX_MSAT)
    throw new LnPlayError('USAGE', `${named(text, what)} is more than the 21 million BTC there can be`, {
      hint: AMOUNT_HINT,
    });
  return msat;
}

/**
 * Reads an amount for the chain or a channel's capacity.
 *
 * @returns sat
 * @throws {LnPlayError} USAGE, also when it is not a whole number of sat
 */
export function parseAmountSat(text: string, what?: string): bigint {
  const msat = parseAmountMsat(text, what);
  if (msat % 1_000n !== 0n)
    throw new LnPlayError('USAGE', `${named(text, what)} is not a whole number of sat`, {
      hint: 'the chain counts in sat: write for example 10sat or 0.042btc',
    });
  return msat / 1_000n;
}
