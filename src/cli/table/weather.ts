import { FEE_TARGETS } from '../../network/fee-targets.js';
import type { CommandSpec, OptionSpec } from '../command-spec.js';

/** What goes wrong in a network, on demand. */
export const WEATHER: readonly CommandSpec[] = [
  {
    usage: 'feerate [perkw]',
    summary: 'what bitcoind is taken to estimate, by every node',
    about: 'Until down. Without a feerate it shows what each node takes.',
    options: [
      ...FEE_TARGETS.map((blocks): OptionSpec => [`--${blocks} <perkw>`, `for ${blocks} blocks`]),
      ['--auto', "bitcoind's own estimates again"],
    ],
    examples: [
      'ln-play feerate 5000perkw',
      'ln-play feerate --2 10000perkw --100 500perkw',
      'ln-play feerate',
      'ln-play feerate --auto',
    ],
    load: () => import('../commands/feerate.js'),
  },
  {
    usage: 'slow-bitcoind <duration>',
    summary: "have nodes get bitcoind's answers late",
    about: 'So much later, until down; 0 for at once again.',
    examples: ['ln-play slow-bitcoind 500ms', 'ln-play slow-bitcoind 0'],
    load: () => import('../commands/slow-bitcoind.js'),
  },
  {
    usage: 'fill-mempool [n]',
    summary: 'fill the next blocks with what pays well',
    about:
      'So many blocks (3) are full of large transactions that pay well, so that what pays less waits; 0 takes back what is left of them.',
    options: [['--feerate <perkw>', 'what they pay (5000perkw), the largest up to 2% more']],
    examples: ['ln-play fill-mempool', 'ln-play fill-mempool 10 --feerate 20000perkw', 'ln-play fill-mempool 0'],
    load: () => import('../commands/fill-mempool.js'),
  },
  {
    usage: 'reorg [blocks]',
    summary: 'replace the last blocks by others',
    about:
      'With the same transactions at the same heights. It waits until every node is on the new chain, and says what became of channels.',
    options: [
      ['--longer-by <n>', 'how many blocks more the new chain has (1): nodes follow the longer one'],
      [
        '--drop <txid>',
        "a transaction that is not mined again: one of the faucet's is double-spent and gone for good, with what spends from it; another is left out of the new blocks, and waits in the mempool",
        'many',
      ],
      ['--keep-mempool', 'mine nothing again: all transactions wait in the mempool'],
    ],
    examples: ['ln-play reorg 3', 'ln-play reorg 1 --longer-by 2 --keep-mempool', 'ln-play reorg 2 --drop TXID --json'],
    load: () => import('../commands/reorg.js'),
  },
  {
    usage: 'crash <daemon>',
    summary: 'end a node or bitcoind at once, as kill -9 does',
    about: 'With all its parts; restart, up or heal --all starts it again.',
    examples: ['ln-play crash l1', 'ln-play crash bitcoind'],
    load: () => import('../commands/crash.js'),
  },
  {
    usage: 'freeze <daemon> [duration]',
    summary: 'hold a node or bitcoind in the middle of what it does',
    about: 'By SIGSTOP, for a while or until it is thawed.',
    examples: ['ln-play freeze l1 10s', 'ln-play freeze l1'],
    load: () => import('../commands/freeze.js'),
  },
  {
    usage: 'thaw [daemon]',
    summary: 'let what is frozen go on: one, or all',
    examples: ['ln-play thaw l1', 'ln-play thaw'],
    load: () => import('../commands/thaw.js'),
  },
  {
    usage: 'partition <groups...>',
    summary: 'have groups of nodes reach each other no longer',
    about:
      "Until heal. Names have commas between them; a quoted '|' between groups is fine, too. Of one group the other side is all the rest; who is in none of several reaches all.",
    examples: ['ln-play partition l1,l2 l3', 'ln-play partition l3'],
    load: () => import('../commands/partition.js'),
  },
  {
    usage: 'link <from> <to>',
    summary: 'have two nodes be connected slowly, badly or not at all',
    about: 'Through a proxy. Without an option they are connected as ever again.',
    options: [
      ['--latency <duration>', 'how much later bytes arrive, each way: 200ms'],
      ['--jitter <duration>', 'by how much more or less that is, at random: 50ms'],
      ['--drop <percent>', 'how many of a hundred chunks of bytes cut the connection; nodes connect again: 5%'],
      ['--down', 'let nothing through'],
    ],
    examples: ['ln-play link l1 l2 --latency 200ms --jitter 50ms', 'ln-play link l1 l2 --down', 'ln-play link l1 l2'],
    load: () => import('../commands/link.js'),
  },
  {
    usage: 'heal',
    summary: 'connect the groups of a partition again',
    options: [
      [
        '--all',
        'take back all weather: partition, links, mining by the clock, feerates, …; let go on what is frozen, and start again what has died',
      ],
    ],
    examples: ['ln-play heal', 'ln-play heal --all'],
    load: () => import('../commands/heal.js'),
  },
];
