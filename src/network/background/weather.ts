import { LnPlayError } from '../../core/errors.js';
import { readIfThere, removeTree, writeWhole } from '../../core/files.js';
import { weatherFile, type FeeEstimate, type Weather } from '../../rpc/bitcoind-weather.js';
import { FEE_TARGETS } from '../fee-targets.js';
import type { Layout } from '../layout.js';
import { assertFeerate } from '../limits.js';
import type { ChainSpec } from '../spec.js';
import { MOST_FULL_BLOCKS, type Sections } from './sections.js';

/** How far ahead bitcoind estimates, in blocks (`estimatesmartfee`). */
const MOST_BLOCKS = 1_008;
/** The shortest time between two blocks by the clock, and the longest delay of an answer, in ms. */
const LEAST_EVERY_MS = 100;
const MOST_DELAY_MS = 60_000;

/** What a network's file says of the chain, as sections of the background. */
export function chainSections({ mineEveryMs, feeratePerKw }: ChainSpec): Partial<Sections> {
  return {
    ...(mineEveryMs !== undefined && { mining: { everyMs: asEvery(mineEveryMs) } }),
    ...(feeratePerKw !== undefined && { feerates: { estimates: asEstimates(feeratePerKw) } }),
  };
}

/** @throws {LnPlayError} USAGE */
export function asEvery(everyMs: number): number {
  if (everyMs >= LEAST_EVERY_MS) return everyMs;
  throw new LnPlayError('USAGE', `A block every ${everyMs} ms is more than bitcoind keeps up with`, {
    hint: `give ${LEAST_EVERY_MS}ms or more`,
  });
}

/** @throws {LnPlayError} USAGE */
export function asDelay(delayMs: number): number {
  if (delayMs <= MOST_DELAY_MS) return delayMs;
  throw new LnPlayError('USAGE', `An answer after ${delayMs} ms is as good as none`, {
    hint: `give at most ${MOST_DELAY_MS / 1_000}s, or stop bitcoind altogether`,
  });
}

/** @throws {LnPlayError} USAGE */
export function asBlocks(blocks: number): number {
  if (Number.isSafeInteger(blocks) && blocks >= 0 && blocks <= MOST_FULL_BLOCKS) return blocks;
  throw new LnPlayError('USAGE', `The mempool cannot be filled for ${blocks} blocks`, {
    hint: `give a whole number from 0 to ${MOST_FULL_BLOCKS}`,
  });
}

/**
 * Estimates in the order that a node has them in; one number counts for all.
 *
 * @throws {LnPlayError} USAGE for what bitcoind never says, or relays nothing of
 */
export function asEstimates(feerates: number | readonly FeeEstimate[]): readonly FeeEstimate[] {
  const all =
    typeof feerates === 'number' ? FEE_TARGETS.map((blocks) => ({ blocks, feeratePerKw: feerates })) : feerates;
  const sorted = all.toSorted((a, b) => a.blocks - b.blocks);
  const refuse = (why: string, hint: string): never => {
    throw new LnPlayError('USAGE', why, { hint });
  };
  if (sorted.length === 0) refuse('No feerate is given', 'for example 5000perkw');
  for (const [index, { blocks, feeratePerKw }] of sorted.entries()) {
    if (!Number.isSafeInteger(blocks) || blocks < 1 || blocks > MOST_BLOCKS)
      refuse(`There is no estimate for ${blocks} blocks`, `give a whole number of blocks, 1 to ${MOST_BLOCKS}`);
    assertFeerate(feeratePerKw);
    const before = sorted[index - 1];
    if (before?.blocks === blocks) refuse(`Two feerates are for ${blocks} blocks`, 'give one');
    if (before && before.feeratePerKw < feeratePerKw)
      refuse(
        `${feeratePerKw}perkw for ${blocks} blocks is more than ${before.feeratePerKw}perkw for ${before.blocks}`,
        'who waits longer pays less',
      );
  }
  return sorted;
}

/** Has nodes see what is set, where that is another than they see: they watch the file. */
export async function showToNodes({ bitcoinDatadir }: Layout, sections: Partial<Sections>): Promise<void> {
  const { feerates, slowBitcoind } = sections;
  const weather: Weather = { estimates: feerates?.estimates, delayMs: slowBitcoind?.delayMs };
  const file = weatherFile(bitcoinDatadir);
  const text = feerates || slowBitcoind ? `${JSON.stringify(weather)}\n` : undefined;
  if ((await readIfThere(file)) === text) return;
  if (text === undefined) await removeTree(file);
  else await writeWhole(file, text);
}
