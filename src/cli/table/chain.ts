import type { CommandSpec } from '../command-spec.js';

/** Blocks. */
export const CHAIN: readonly CommandSpec[] = [
  {
    usage: 'mine [blocks]',
    summary: 'mine blocks, now or by the clock',
    about: 'It waits until every node has seen them.',
    options: [
      ['--every <duration>', 'a block by the clock, in the background, until --stop or down: 30s'],
      ['--stop', 'end mining by the clock'],
      ['--to-height <number>', 'until the chain is so high'],
      ['--until-confirmed <txid>', 'a block at a time, until this transaction is in one'],
      ['--confirmations <number>', 'with --until-confirmed, until it has so many (1)'],
      ['--empty', 'blocks without the transactions that wait'],
      ['--address <address>', 'who gets the rewards (the faucet)'],
    ],
    examples: [
      'ln-play mine',
      'ln-play mine 6',
      'ln-play mine --every 30s',
      'ln-play mine --stop',
      'ln-play mine --to-height 200',
      'ln-play mine --until-confirmed TXID --confirmations 6',
      'ln-play mine 2 --empty',
    ],
    load: () => import('../commands/mine.js'),
  },
];
