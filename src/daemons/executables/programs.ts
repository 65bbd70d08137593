/** The programs that ln-play starts. */
export type Program = 'bitcoind' | 'bitcoin-cli' | 'lightningd' | 'lightning-cli';

interface ProgramFacts {
  /** The environment variable that names it. */
  readonly variable: string;
  /** The option that names it, where the command line has one. */
  readonly flag?: string;
  /** Whether a download puts it into our cache. */
  readonly cached: boolean;
  /** Whether that download is worth making for this program alone. */
  readonly fetched: boolean;
  /** Whether `ln-play install` puts releases of it into our cache, to be named by their version. */
  readonly installed: boolean;
  /** Whether this package brings one of its own. */
  readonly embedded: boolean;
  /** What has it say its version and end; a datadir is there for it to use. */
  readonly versionArgs: (datadir: string) => readonly string[];
  /** How to install it, one line a system. */
  readonly install: readonly string[];
}

const BITCOIN = [
  'Debian 14 (forky) and sid: sudo apt-get install bitcoin-knots',
  'Ubuntu: sudo snap install bitcoin-core && sudo ln -s /snap/bitcoin-core/current/bin/bitcoin{d,-cli} /usr/local/bin/',
  'Fedora and other Linux: the tarball of https://bitcoincore.org/en/download/',
  'Arch: sudo pacman -S bitcoin-daemon',
  'macOS: brew install bitcoin',
];
const LIGHTNING = [
  'Ubuntu, Fedora: ln-play install lightningd',
  'macOS: brew install core-lightning',
  'Debian, Arch and others: https://docs.corelightning.org/docs/installation',
];

const bitcoinVersion = (datadir: string): readonly string[] => [`-datadir=${datadir}`, '-version'];
const lightningVersion = (): readonly string[] => ['--version'];

export const PROGRAMS: Record<Program, ProgramFacts> = {
  bitcoind: {
    variable: 'BITCOIND_EXE',
    flag: '--bitcoind',
    cached: true,
    fetched: true,
    installed: false,
    embedded: false,
    versionArgs: bitcoinVersion,
    install: BITCOIN,
  },
  'bitcoin-cli': {
    variable: 'BITCOIN_CLI_EXE',
    cached: true,
    fetched: false,
    installed: false,
    embedded: false,
    versionArgs: bitcoinVersion,
    install: BITCOIN,
  },
  lightningd: {
    variable: 'LIGHTNINGD_EXE',
    flag: '--lightningd',
    cached: false,
    fetched: false,
    installed: true,
    embedded: true,
    versionArgs: lightningVersion,
    install: LIGHTNING,
  },
  'lightning-cli': {
    variable: 'LIGHTNING_CLI_EXE',
    cached: false,
    fetched: false,
    installed: false,
    embedded: false,
    versionArgs: lightningVersion,
    install: LIGHTNING,
  },
};
