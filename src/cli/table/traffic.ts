import type { CommandSpec } from '../command-spec.js';

/** Payments that go on, and what they leave behind. */
export const TRAFFIC: readonly CommandSpec[] = [
  {
    usage: 'traffic',
    summary: 'payments between the nodes, at random or as a file has it',
    about: 'At random it is by capacity; until Ctrl-C, --count or --for.',
    options: [
      ['--file <file>', "the traffic of a network file, or sim-ln's sim.json"],
      ['--count <n>', 'end after so many payments'],
      ['--for <duration>', 'end after so long: 60s'],
      ['--rate <n>', 'how many come in a second on the average (5)'],
      ['--capacity-multiplier <n>', 'instead, as sim-ln: how often each node sends its capacity in a month'],
      [
        '--amount <msat>',
        'of a payment on the average; a bare number is msat (3800sat, less where channels are small)',
      ],
      ['--seed <n>', 'repeats the same payments'],
      ['--in-flight <n>', 'how many may be under way at once (20)'],
      ['--keysend', 'pay without invoices'],
      ['--csv <csv>', 'write each payment to a new file'],
      ['--background', 'go on in the background, until --stop or down'],
      ['--stop', 'end what goes on in the background'],
    ],
    examples: [
      'ln-play traffic',
      'ln-play traffic --count 100 --rate 20 --seed 1',
      'ln-play traffic --file sim.json --for 60s --csv payments.csv',
      'ln-play traffic --background',
    ],
    load: () => import('../commands/traffic.js'),
  },
  {
    usage: 'balance [from] [to]',
    summary: 'even the channels between two nodes, or all, by payments',
    options: [
      ['--all', 'all channels'],
      ['--share <percentage>', 'what the first node is to have of them (50%)'],
    ],
    examples: ['ln-play balance l1 l2', 'ln-play balance --all', 'ln-play balance l1 l2 --share 80%'],
    load: () => import('../commands/balance.js'),
  },
];
