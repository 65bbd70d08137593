import type { Release } from '../core/release.js';
import type { Host } from '../host.js';

/**
 * How far the download is: percent in `index` and `packages`, bytes in `download` (of 0 where the server doesn't say how
 * many), packages in `unpack`, files in `checksums`, programs in `check`. `end` is the last, however it ended.
 */
export interface FetchProgress {
  readonly phase: 'wait' | 'index' | 'packages' | 'checksums' | 'download' | 'unpack' | 'check' | 'end';
  readonly done: number;
  readonly total: number;
  /** Where it is fetched from, as a person says it: "Debian's archive". */
  readonly from?: string;
  /** In `wait`: who else is fetching it. */
  readonly text?: string;
}

/** On what machine, and for whom, a download is to be made. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  readonly host: Host;
  /** Bitcoin Core's release. */
  readonly release: Release;
}

export interface OfferOptions {
  readonly report: (phase: FetchProgress['phase'], done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A download that can be made on this machine. */
export interface Offer {
  /** Whose it is: "Debian's archive". */
  readonly source: string;
  /** The address, fit to be shown. */
  readonly from: string;
  /** The name in the cache of the folder that it makes. */
  readonly folder: string;
  /**
   * Makes that folder: fetched, checked, with programs that have run once.
   *
   * @param staging an empty folder that is removed afterwards
   * @returns the folder, within `staging`
   * @throws {LnPlayError} DOWNLOAD if another source may do better
   */
  readonly fetchInto: (staging: string, options: OfferOptions) => Promise<string>;
}

/** Where bitcoind and bitcoin-cli can be fetched from. */
export interface Source {
  /** The name in the cache of the folder that it makes. */
  readonly folder: string;
  /** The programs that have to be in that folder for it to be whole. */
  readonly programs: readonly string[];
  /**
   * What it has for this machine, or why it has nothing; nothing is fetched.
   *
   * @throws {LnPlayError} USAGE for a setting that cannot be used
   */
  readonly look: (machine: Machine) => Promise<Offer | { readonly whyNot: string }>;
}
