import type { CommandSpec, OptionSpec } from '../command-spec.js';

/** What makes a network of a shape. */
export const SHAPE: readonly OptionSpec[] = [
  ['--seed <number>', 'for random:N, the same seed gives the same network (1)'],
  ['--capacity <amount>', 'of each channel; a bare number is sat (of a shape: 0.01btc)'],
];

/** Files that say what a network is. */
export const NETWORKS: readonly CommandSpec[] = [
  {
    usage: 'topology [shape]',
    summary: 'write the file of a network',
    about: 'Of a shape, one that comes along, or one exported elsewhere.',
    options: [
      ...SHAPE,
      ['--from <export>', "a Warnet network.yaml, LND's describegraph or Core Lightning's listchannels as JSON"],
      ['--nodes <number>', 'with --from: the largest so many that are connected (100)'],
    ],
    examples: [
      'ln-play topology star:6 > ln-play.yaml',
      'ln-play topology random:20 --seed 7 --capacity 0.05btc',
      'ln-play topology lsp-three-clients > ln-play.yaml',
      'ln-play topology --from graph.json --nodes 20 > ln-play.yaml',
    ],
    printsCode: true,
    load: () => import('../commands/topology.js'),
  },
  {
    usage: 'schema',
    summary: "the network file's JSON Schema, for your editor",
    examples: ['ln-play schema > ln-play.schema.json'],
    printsCode: true,
    load: () => import('../commands/schema.js'),
  },
];
