import type { CommandSpec } from '../command-spec.js';

/** What goes wrong in a network, on demand. */
export const WEATHER: readonly CommandSpec[] = [
  {
    usage: 'reorg [blocks]',
    summary:
      'replace the last blocks by others, with the same transactions at the same heights; wait until every node is on the new chain, and say what became of channels',
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
];
