import { LnPlayError } from './errors.js';

/** All the bitcoin there can be, in msat: 21 million BTC. */
export const MAX_MSAT = 21_000_000n * 100_000_000_000n;

const MSAT_PER = { msat: 1n, sat: 1_000n, btc: 100_000_000_000n } as const;
const DECIMALS = { msat: 0, sat: 3, btc: 11 } as const;
type Unit = keyof typeof MSAT_PER;

/**
 * Reads an amount as Core Lightning does: a whole number with the suffix `msat`, or a decimal with `sat` or `btc`
 * (lightning-fundchannel(7): "Whole number of msat/sat or 1 to 8 decimal places of btc"). A bare number is in `bare`.
 *
 * @returns msat
 * @throws {LnPlayError} USAGE, naming `what` and the value
 */
export function parseAmountMsat(text: string, what = 'amount', bare: Unit = 'sat'): bigint {
  const match = /^(\d+)(?:\.(\d+))?(msat|sat|btc)?$/.exec(text.trim());
  const unit = (match?.[3] ?? bare) as Unit;
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > DECIMALS[unit])
    throw new LnPlayError('USAGE', `${what} ${JSON.stringify(text)} is not an amount`, { hint: AMOUNT_HINT });
  const msat = BigInt(match[1]! + fraction.padEnd(DECIMALS[unit], '0'));
  if (msat > MAX_MSAT)
    throw new LnPlayError('USAGE', `${what} ${JSON.stringify(text)} is more than the 21 million BTC there can be`, {
      hint: AMOUNT_HINT,
    });
  return msat;
}

const AMOUNT_HINT = 'amounts are written 24msat, 10sat or 0.042btc';

/**
 * Reads an amount for the chain or a channel's capacity.
 *
 * @returns sat
 * @throws {LnPlayError} USAGE, also when it is not a whole number of sat
 */
export function parseAmountSat(text: string, what = 'amount'): bigint {
  const msat = parseAmountMsat(text, what);
  if (msat % 1_000n !== 0n)
    throw new LnPlayError('USAGE', `${what} ${JSON.stringify(text)} is not a whole number of sat`, {
      hint: 'the chain counts in sat: write for example 10sat or 0.042btc',
    });
  return msat / 1_000n;
}

/** An amount as a person reads it: the largest unit that needs no fraction below it; `0.042btc`, `10sat`, `24msat`. */
export function formatMsat(msat: bigint): string {
  if (msat % 1_000n !== 0n || msat === 0n) return `${msat}msat`;
  const sat = msat / 1_000n;
  return sat >= 100_000n ? `${satToBtc(sat)}btc` : `${sat}sat`;
}

/** Decimal BTC without trailing zeros; used only at bitcoind's RPC edge and for people. */
export function satToBtc(sat: bigint): string {
  const digits = sat.toString().padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`.replace(/\.?0+$/, '');
}
