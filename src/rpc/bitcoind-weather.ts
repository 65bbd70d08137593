import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { systemCode } from '../core/errors.js';
import { onFileChange } from '../core/watch-file.js';

/** What bitcoind is taken to estimate for a transaction that is to be in one of the next `blocks` blocks. */
export interface FeeEstimate {
  readonly blocks: number;
  readonly feeratePerKw: number;
}

/** How a bitcoind is to look to nodes, other than it is. */
export interface Weather {
  /** Its estimates, by how many blocks they are for; undefined for its own. */
  readonly estimates?: readonly FeeEstimate[] | undefined;
  /** How much later its answers come, in ms. */
  readonly delayMs?: number | undefined;
}

/** The file in bitcoind's datadir that says so, as JSON; it is there only where something is set. */
export const weatherFile = (datadir: string): string => join(datadir, 'weather.json');

/** Follows the weather of a bitcoind, for a node of it: whoever sets it writes the file as a whole. */
export class BitcoindWeather {
  readonly #file: string;
  readonly #events = new EventEmitter<{ readonly estimates: [] }>().setMaxListeners(0);
  readonly #end: () => void;
  #now: Weather = {};

  constructor(datadir: string) {
    this.#file = weatherFile(datadir);
    this.#end = onFileChange(this.#file, () => this.#read());
    this.#read();
  }

  /** undefined where bitcoind's own count. */
  get estimates(): readonly FeeEstimate[] | undefined {
    return this.#now.estimates;
  }

  get delayMs(): number {
    return this.#now.delayMs ?? 0;
  }

  /** Calls `listener` whenever the estimates are others. @returns a function that ends it */
  onEstimates(listener: () => void): () => void {
    this.#events.on('estimates', listener);
    return () => this.#events.off('estimates', listener);
  }

  close(): void {
    this.#end();
    this.#events.removeAllListeners();
  }

  #read(): void {
    const before = this.#now;
    try {
      this.#now = JSON.parse(readFileSync(this.#file, 'utf8')) as Weather;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' && !(error instanceof SyntaxError)) throw error;
      this.#now = {}; // none is set, or somebody has written nonsense by hand
    }
    if (!isDeepStrictEqual(before.estimates, this.#now.estimates)) this.#events.emit('estimates');
  }
}

/**
 * The estimate for so many blocks, as lightningd has it of those there are (`interp_feerate` of its chaintopology.c):
 * between two of them on the line that joins them, beyond them the nearest.
 */
export function estimateFor(estimates: readonly FeeEstimate[], blocks: number): number {
  const before = estimates.findLast((each) => each.blocks <= blocks);
  const after = estimates.find((each) => each.blocks >= blocks);
  if (!before || !after || before === after) return (before ?? after)!.feeratePerKw;
  const share = (blocks - before.blocks) / (after.blocks - before.blocks);
  return Math.round(before.feeratePerKw - share * (before.feeratePerKw - after.feeratePerKw));
}
