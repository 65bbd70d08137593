import type { CommandSpec } from '../command-spec.js';

/** Where bitcoind and lightningd come from. */
export const INSTALLING: readonly CommandSpec[] = [
  {
    usage: 'install [program] [version]',
    summary: 'fetch Core Lightning or bitcoind, without root',
    about: 'A release of Core Lightning for this Ubuntu or Fedora, or bitcoind; verified.',
    options: [
      ['--list', 'what is installed'],
      ['--for <system>', "another system's build of lightningd: ubuntu-22.04, which may run on Debian"],
    ],
    examples: [
      'ln-play install lightningd',
      'ln-play install lightningd v25.12',
      'ln-play install lightningd --for ubuntu-22.04',
      'ln-play install bitcoind',
      'ln-play install --list',
    ],
    load: () => import('../commands/install.js'),
  },
  {
    usage: 'uninstall <program> <version>',
    summary: 'remove a release of Core Lightning that `install` fetched',
    examples: ['ln-play uninstall lightningd v25.12'],
    load: () => import('../commands/uninstall.js'),
  },
];
