import type { CommandSpec } from '../command-spec.js';

/** Blocks. */
export const CHAIN: readonly CommandSpec[] = [
  {
    usage: 'mine [blocks]',
    summary: 'mine blocks, and wait until every node has seen them; or have them mined by the clock',
    options: [
      ['--every <duration>', 'a block by the clock, in the background, until --stop or down: 30s'],
      ['--stop', 'end mining by the clock'],
    ],
    examples: ['ln-play mine', 'ln-play mine 6', 'ln-play mine --every 30s', 'ln-play mine --stop'],
    load: () => import('../commands/mine.js'),
  },
];
