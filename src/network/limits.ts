import { formatMsat } from '../core/amounts.js';
import { FEERATE_FLOOR } from '../cln/feerate.js';
import { LnPlayError } from '../core/errors.js';
import type { ChannelSpec } from './spec.js';

/** How many nodes a playground has at the most: on this machine, and in pods (docs/scale.md). */
export const MOST_NODES = { here: 100, inPods: 500 } as const;
/** The least that bitcoind relays to an address of any kind, in sat: to a taproot one, at its default dustrelayfee. */
export const DUST_SAT = 330n;
/** Below this no lightningd makes a channel, in sat: two reserves of the dust limit would be all of it. */
const MIN_CAPACITY_SAT = 1_000n;
/** What a channel's other end asks for by default: min-capacity-sat of lightningd-config(5). */
const USUAL_CAPACITY_SAT = 10_000n;
/** bitcoind's minrelaytxfee and its sendrawtransaction's maxfeerate, by default, in sat per 1000 units of weight. */
const FEERATE_PER_KW = { least: 250n, most: 2_500_000n } as const;
/** A funding transaction of some inputs, in units of weight. */
const FUNDING_WEIGHT = 2_000n;
/** What lightningd keeps for emergencies (min-emergency-msat of lightningd-config(5)), in sat. */
const EMERGENCY_SAT = 25_000n;

/** Of a funding transaction: regtest has no estimates, and this is what all nodes and bitcoind take. */
export const USUAL_FEERATE = `${FEERATE_FLOOR}perkw`;

const sat = (amount: bigint): string => formatMsat(amount * 1_000n);

/** @throws {LnPlayError} INVALID for what bitcoind would not relay */
export function assertNotDust(amountSat: bigint): void {
  if (amountSat >= DUST_SAT) return;
  throw new LnPlayError('INVALID', `${sat(amountSat)} is dust: bitcoind sends no such output`, {
    hint: `send ${sat(DUST_SAT)} at least`,
  });
}

/**
 * Whether there can be a channel of this capacity, funded at this feerate, whatever the wallet has.
 *
 * @throws {LnPlayError} INVALID
 */
export function assertOpenable(capacitySat: bigint, feerate: string | undefined): void {
  if (capacitySat < MIN_CAPACITY_SAT)
    throw new LnPlayError('INVALID', `A channel of ${sat(capacitySat)} is too small to carry a payment`, {
      hint: `nodes take ${sat(USUAL_CAPACITY_SAT)} at least, unless their min-capacity-sat says less`,
    });
  const perKw = feeratePerKw(feerate);
  if (perKw === undefined || (perKw >= FEERATE_PER_KW.least && perKw <= FEERATE_PER_KW.most)) return;
  const why =
    perKw < FEERATE_PER_KW.least ? 'too low: bitcoind relays nothing below' : 'absurd: bitcoind sends nothing above';
  const limit = perKw < FEERATE_PER_KW.least ? FEERATE_PER_KW.least : FEERATE_PER_KW.most;
  throw new LnPlayError('INVALID', `A feerate of ${feerate} is ${why} ${limit}perkw`, {
    hint: `leave the feerate out, or write for example ${USUAL_FEERATE}`,
  });
}

/**
 * Whether bitcoind takes transactions of a feerate, in sat per 1000 units of weight.
 *
 * @throws {LnPlayError} USAGE
 */
export function assertFeerate(perKw: number): void {
  const { most } = FEERATE_PER_KW;
  if (Number.isSafeInteger(perKw) && perKw >= FEERATE_FLOOR && perKw <= Number(most)) return;
  throw new LnPlayError('USAGE', `A feerate of ${perKw}perkw is none that bitcoind takes`, {
    hint: `give a whole number from ${FEERATE_FLOOR}perkw to ${most}perkw`,
  });
}

/** What a wallet must have for a channel, in sat: its capacity, its fee at the most, and what stays behind. */
export function costSat(capacitySat: bigint, feerate: string | undefined): bigint {
  return capacitySat + ((feeratePerKw(feerate) ?? FEERATE_PER_KW.least) * FUNDING_WEIGHT) / 1_000n + EMERGENCY_SAT;
}

/** As `costSat`, for several channels out of one wallet, each with a coin of its own. */
export const costOfAllSat = (channels: readonly Pick<ChannelSpec, 'capacitySat' | 'feerate'>[]): bigint =>
  channels.reduce((sum, { capacitySat, feerate = USUAL_FEERATE }) => sum + costSat(capacitySat, feerate), 0n);

/** What a channel's other end takes at the least, in sat; `own` is its min-capacity-sat. */
export const leastCapacitySat = (own: string | number | true | undefined): bigint =>
  /^\d+$/.test(String(own)) ? BigInt(String(own)) : USUAL_CAPACITY_SAT;

/** An amount that is enough, and short to type: rounded up to a thousandth of a bitcoin. */
export const roundUp = (amountSat: bigint): string => sat(((amountSat + 99_999n) / 100_000n) * 100_000n);

/** A number's value (lightning-feerates(7): `perkb` is meant where there is no suffix); undefined for a name. */
function feeratePerKw(feerate: string | undefined): bigint | undefined {
  const [, digits, unit] = /^(\d+)(perkw|perkb)?$/.exec(feerate ?? '') ?? [];
  if (digits === undefined) return undefined;
  return unit === 'perkw' ? BigInt(digits) : BigInt(digits) / 4n;
}
