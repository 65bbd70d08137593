import type { CommandSpec } from '../command-spec.js';

/** The whole playground as it was. */
export const SNAPSHOTS: readonly CommandSpec[] = [
  {
    usage: 'snapshot save [snapshot-name]',
    summary: 'save the playground as it stands, chain and nodes together; it runs on',
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
    summary: 'put the whole playground back as it was; what happened since is lost',
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
];
