/** The programs that are fetched. */
export const PROGRAMS = ['bitcoind', 'bitcoin-cli'] as const;

/** What always helps where they can't be fetched. */
export const OTHERWISE = 'install bitcoind yourself and name it with --bitcoind or BITCOIND_EXE';
