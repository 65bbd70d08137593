import { join } from 'node:path';
import { assertOwnCache } from '../own-cache.js';
import { CORE, MIRROR_VARIABLE } from '../core/source.js';
import { DEBIAN } from '../debian/source.js';
import { whyOffline } from '../download/mirror.js';
import { isExecutable } from '../files.js';
import type { Machine, Offer, Source } from './source.js';

/**
 * The sources in the order in which they are tried. Debian's archive is first where the machine's apt sources name it: its
 * administrator chose that mirror, apt reaches it and knows its proxy, and it works where nothing but a mirror can be
 * reached. Anywhere else it is told at once that it can't be had, so that only Bitcoin Core's site is left.
 */
const SOURCES: readonly Source[] = [DEBIAN, CORE];

/** What can be done on this machine, in order; and why not what can't. */
export interface Ways {
  readonly offers: readonly Offer[];
  readonly whyNot: readonly string[];
}

/**
 * Where bitcoind can be fetched from on this machine. Who names a mirror of Bitcoin Core's releases has them tried first.
 *
 * @throws {LnPlayError} USAGE for a setting that cannot be used
 */
export async function waysToFetch(machine: Machine): Promise<Ways> {
  const offline = whyOffline(machine.env);
  if (offline) return { offers: [], whyNot: [offline] };
  const order = machine.env[MIRROR_VARIABLE] ? [CORE, ...SOURCES.filter((source) => source !== CORE)] : SOURCES;
  const answers = await Promise.all(order.map((source) => source.look(machine)));
  return {
    offers: answers.filter((answer) => 'fetchInto' in answer),
    whyNot: answers.flatMap((answer) => ('whyNot' in answer ? [answer.whyNot] : [])),
  };
}

/**
 * The `bin` of what was fetched before, from whichever source, where all of it is there still.
 *
 * @throws {LnPlayError} FILESYSTEM if somebody else could have put it there
 */
export async function fetchedBin(cache: string): Promise<string | undefined> {
  assertOwnCache(cache);
  for (const { folder, programs } of SOURCES) {
    const paths = programs.map((program) => join(cache, folder, program));
    if ((await Promise.all(paths.map(isExecutable))).every(Boolean)) return join(cache, folder, 'bin');
  }
  return undefined;
}
