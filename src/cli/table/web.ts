import type { CommandSpec } from '../command-spec.js';

/** The network to be seen. */
export const WEB: readonly CommandSpec[] = [
  {
    usage: 'web',
    summary: 'the network in a browser',
    about: 'What there is, what happens, and all that these commands do.',
    options: [
      ['--port <port>', 'the TCP port of 127.0.0.1 (the one of before, or a free one)'],
      ['--no-open', 'print the address, and open no browser'],
      ['--read-only', 'to look at only: refuse all that changes something'],
      ['--stop', 'end it; down does, too'],
    ],
    examples: ['ln-play web', 'ln-play web --read-only --port 8080', 'ln-play web --stop'],
    load: () => import('../commands/web.js'),
  },
];
