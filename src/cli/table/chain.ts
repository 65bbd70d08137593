import type { CommandSpec } from '../command-spec.js';

/** Blocks. */
export const CHAIN: readonly CommandSpec[] = [
  {
    usage: 'mine [blocks]',
    summary: 'mine blocks, and wait until every node has seen them',
    examples: ['ln-play mine', 'ln-play mine 6'],
    load: () => import('../commands/mine.js'),
  },
];
