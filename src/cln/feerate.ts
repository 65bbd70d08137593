import { LnPlayError, named } from '../core/errors.js';

/** The feerates that have names (lightning-feerates(7)). */
export const FEERATE_NAMES = [
  'slow',
  'normal',
  'urgent',
  'minimum',
  'opening',
  'mutual_close',
  'unilateral_close',
  'unilateral_anchor_close',
  'penalty',
] as const;

/** sat per 1000 weight below which bitcoind does not relay: lightningd raises all to it. */
export const FEERATE_FLOOR = 253;

const NUMBER = /^\d+(perkw|perkb)?$/;
const BLOCKS = /^\d+blocks$/;

/**
 * Checks a feerate as Core Lightning writes it (lightning-feerates(7)): a name, `Nblocks`, or a whole number with
 * `perkw` or `perkb` (`perkb` is meant if there is none).
 *
 * @param what as the error names it
 * @returns the text, as lightningd takes it
 * @throws {LnPlayError} USAGE
 */
export function parseFeerate(text: string, what?: string): string {
  if ((FEERATE_NAMES as readonly string[]).includes(text) || NUMBER.test(text) || BLOCKS.test(text)) return text;
  throw new LnPlayError('USAGE', `${named(text, what)} is not a feerate`, {
    hint: `write for example 253perkw, 1012perkb, 6blocks, or one of ${FEERATE_NAMES.slice(0, 4).join(', ')}`,
  });
}
