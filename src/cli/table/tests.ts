import { PROGRAMS, type CommandSpec } from '../command-spec.js';

/** What tests in other languages use. */
export const TESTS: readonly CommandSpec[] = [
  {
    usage: 'cache [action]',
    summary: 'networks kept ready, for others of their like',
    about: 'They were made before; `clear` removes them.',
    examples: ['ln-play cache', 'ln-play cache clear'],
    load: () => import('../commands/cache.js'),
  },
  {
    usage: 'pool serve [command...]',
    summary: 'keep playgrounds ready for tests in any language',
    about: 'Over HTTP on 127.0.0.1.',
    options: [
      ['--size <n>', 'how many are kept ready (2)'],
      ['--nodes <nodes>', 'how many nodes each has, or their names (2)'],
      ...PROGRAMS,
      ['--port <port>', 'the TCP port to listen on (a free one)'],
      ['--lease <duration>', 'how long one may be kept before it is taken back (1h)'],
    ],
    examples: ['ln-play pool serve --size 4', 'ln-play pool serve -- pytest -x'],
    passThrough: true,
    load: () => import('../commands/pool-serve.js'),
  },
];
