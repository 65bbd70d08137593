/** The units an amount can be shown in. */
export const UNITS = ['sat', 'msat', 'btc'] as const;
export type Unit = (typeof UNITS)[number];

/** A thin space that no line breaks at. */
const GAP = '\u202f';

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, GAP);

/** Digits of an amount in a unit, without its name: `12 345.678`. A fraction stands only where there is one. */
export function digitsOf(msat: number, unit: Unit): string {
  const sign = msat < 0 ? '−' : '';
  const whole = BigInt(Math.round(Math.abs(msat)));
  if (unit === 'msat') return sign + grouped(String(whole));
  const places = unit === 'sat' ? 3 : 11;
  const text = String(whole).padStart(places + 1, '0');
  const fraction = text.slice(-places).replace(/0+$/, '');
  const shown = unit === 'btc' ? fraction.padEnd(2, '0') : fraction;
  return `${sign}${grouped(text.slice(0, -places))}${shown && '.'}${shown}`;
}

/** `12 345.678 sat`; a dash for what nobody knows. */
export const formatAmount = (msat: number | null | undefined, unit: Unit): string =>
  msat === null || msat === undefined ? '–' : `${digitsOf(msat, unit)} ${unit === 'btc' ? 'BTC' : unit}`;

const STEPS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** An amount in little room: `1.25M` of sat or msat, BTC with at most five digits. */
export function compactAmount(msat: number | null, unit: Unit): string {
  if (msat === null) return '–';
  if (unit === 'btc') return `${Number((msat / 1e11).toPrecision(4))}`;
  const value = unit === 'sat' ? msat / 1000 : msat;
  for (const [step, letter] of STEPS)
    if (value >= step * 10) return `${Number((value / step).toPrecision(3))}${letter}`;
  return grouped(String(Math.floor(value)));
}
