import { LnPlayError } from './errors.js';

const NAMES = ['slow', 'normal', 'urgent', 'minimum', 'opening', 'mutual_close', 'unilateral_close'] as const;
const NUMBER = /^\d+(perkw|perkb)?$/;
const BLOCKS = /^\d+blocks$/;

/**
 * Checks a feerate as Core Lightning writes it (lightning-feerates(7)): a name, `Nblocks`, or a whole number with
 * `perkw` or `perkb` (`perkb` is meant where there is none).
 *
 * @returns the text, as lightningd takes it
 * @throws {LnPlayError} USAGE
 */
export function parseFeerate(text: string): string {
  if ((NAMES as readonly string[]).includes(text) || NUMBER.test(text) || BLOCKS.test(text)) return text;
  throw new LnPlayError('USAGE', `feerate ${JSON.stringify(text)} is not a feerate`, {
    hint: `write for example 253perkw, 1012perkb, 6blocks, or one of ${NAMES.slice(0, 4).join(', ')}`,
  });
}
