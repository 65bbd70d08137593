/** All the bitcoin there can be, in msat: 21 million BTC. */
export const MAX_MSAT = 21_000_000n * 100_000_000_000n;

/** An amount as a person reads it: the largest unit that needs no fraction below it; `0.042btc`, `10sat`, `24msat`. */
export function formatMsat(msat: bigint): string {
  if (msat % 1_000n !== 0n || msat === 0n) return `${msat}msat`;
  const sat = msat / 1_000n;
  return sat >= 100_000n ? `${satToBtc(sat)}btc` : `${sat}sat`;
}

/** An amount in sat, whatever it is, so that amounts compare: `4199999.976sat`. */
export function formatSat(msat: bigint): string {
  const fraction = (msat % 1_000n).toString().padStart(3, '0').replace(/0+$/, '');
  return `${msat / 1_000n}${fraction && '.'}${fraction}sat`;
}

/** Decimal BTC without trailing zeros; used only at bitcoind's RPC edge and for people. */
export function satToBtc(sat: bigint): string {
  const digits = sat.toString().padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`.replace(/\.?0+$/, '');
}
