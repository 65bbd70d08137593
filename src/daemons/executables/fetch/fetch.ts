import { LnPlayError } from '../../../core/errors.js';
import { fetchOnce, stage, type KeepOptions } from './keep.js';
import { OTHERWISE } from './programs.js';
import type { Offer } from './source.js';
import { fetchedBin } from './sources.js';

export interface FetchOptions extends Omit<KeepOptions, 'folder' | 'what'> {
  readonly cache: string;
}

/**
 * Fetches bitcoind and bitcoin-cli into the cache, without root, from the first of the offers that goes well.
 *
 * @throws {LnPlayError} DOWNLOAD, with what each source said; FILESYSTEM; ABORTED
 */
export async function fetchBitcoin(offers: readonly Offer[], { cache, ...rest }: FetchOptions): Promise<void> {
  const options = { ...rest, folder: cache, what: 'bitcoind' };
  await fetchOnce(
    options,
    async () => (await fetchedBin(cache)) !== undefined,
    () => fetchFirst(offers, options),
  );
}

/** Tries one after the other; what is no matter of the source, such as a full disk, ends it. */
async function fetchFirst(offers: readonly Offer[], options: KeepOptions): Promise<void> {
  const { onProgress, signal } = options;
  const failures: LnPlayError[] = [];
  for (const { source, folder, fetchInto } of offers) {
    try {
      await stage(options, folder, (staging) =>
        fetchInto(staging, {
          signal,
          report: (phase, done, total) => onProgress?.({ phase, done, total, from: source }),
        }),
      );
      return;
    } catch (error) {
      if (!(error instanceof LnPlayError) || error.code !== 'DOWNLOAD') throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0]! : allFailed(offers, failures);
}

function allFailed(offers: readonly Offer[], failures: readonly LnPlayError[]): LnPlayError {
  const details = failures.flatMap(({ message, details }) => [message, ...details.map((line) => `  ${line}`)]);
  const hints = failures.map(
    ({ hint = 'see above' }, i) => `${offers[i]!.source}: ${hint.replace(`; or ${OTHERWISE}`, '')}`,
  );
  const names = offers.map(({ source }) => source).join(' or from ');
  return new LnPlayError('DOWNLOAD', `bitcoind could not be fetched, neither from ${names.replace(' or ', ' nor ')}`, {
    details,
    hint: [...hints, `or ${OTHERWISE}`].join('\n'),
    cause: failures.at(-1),
  });
}
