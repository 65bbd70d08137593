import type { CommandSpec } from '../command-spec.js';

/** The whole playground as it was. */
export const SNAPSHOTS: readonly CommandSpec[] = [
  {
    usage: 'snapshot save [snapshot-name]',
    summary: 'save the playground as it stands; it runs on',
    about: 'Chain and nodes together.',
    options: [['--note <text>', 'what it is of, for the list']],
    examples: ['ln-play snapshot save', 'ln-play snapshot save funded --note before-the-upgrade'],
    load: () => import('../commands/snapshot-save.js'),
  },
  {
    usage: 'snapshot list',
    summary: 'the snapshots there are, oldest first',
    examples: ['ln-play snapshot list'],
    load: () => import('../commands/snapshot-list.js'),
  },
  {
    usage: 'snapshot restore <snapshot>',
    summary: 'put the whole playground back as it was',
    about: 'What happened since is lost.',
    options: [
      ['--yes', 'do not ask'],
      ['--trust', 'of one that was imported: run also the plugins and programs that its configs name'],
    ],
    examples: ['ln-play snapshot restore funded', 'ln-play snapshot restore funded --yes'],
    load: () => import('../commands/snapshot-restore.js'),
  },
  {
    usage: 'snapshot diff <snapshot>',
    summary: 'what has happened since: blocks, channels, balances, invoices',
    examples: ['ln-play snapshot diff funded'],
    load: () => import('../commands/snapshot-diff.js'),
  },
  {
    usage: 'snapshot rm <snapshot>',
    summary: 'remove a snapshot',
    examples: ['ln-play snapshot rm funded'],
    load: () => import('../commands/snapshot-rm.js'),
  },
  {
    usage: 'snapshot export <snapshot> <archive>',
    summary: 'a snapshot as one file, for other folders and machines',
    about: 'For machines of the same kind. All keys are in it.',
    examples: ['ln-play snapshot export funded funded.tar.gz'],
    load: () => import('../commands/snapshot-export.js'),
  },
  {
    usage: 'snapshot import <archive> [snapshot-name]',
    summary: 'take in a file that was exported, as a snapshot',
    about: 'Nothing of it is run.',
    examples: ['ln-play snapshot import funded.tar.gz', 'ln-play snapshot import funded.tar.gz from-ann'],
    load: () => import('../commands/snapshot-import.js'),
  },
  {
    usage: 'clone <new-dir>',
    summary: 'a second playground beside this one, both running',
    about: 'The same nodes and channels, with ports of its own.',
    examples: ['ln-play clone /tmp/second'],
    load: () => import('../commands/clone.js'),
  },
];
