import { PROGRAMS, type CommandSpec, type OptionSpec } from '../command-spec.js';

const JOB: readonly OptionSpec[] = [
  ['--from <node>', 'who is funded, opens the channel and pays (the second node: l2)'],
  ['--to <node>', 'who is at the other end, and is paid (the first: l1)'],
];
const CHANNEL: readonly OptionSpec[] = [
  ['--fund <amount>', 'what the opening node gets first; a bare number is sat (10btc)'],
  ['--capacity <amount>', "the channel's capacity; a bare number is sat (0.042btc)"],
  ['--feerate <feerate>', 'of the funding transaction (253perkw)'],
];
const AMOUNT: OptionSpec = ['--amount <msat>', 'of the invoice; a bare number is msat (24msat)'];

/** The talk, and the job in it. */
export const TALK: readonly CommandSpec[] = [
  {
    usage: 'demo',
    summary: 'the whole job in a temporary folder, and nothing left',
    about: 'Boot, connect, fund, open, pay, report, clean up.',
    options: [
      ...PROGRAMS,
      ...JOB,
      ...CHANNEL,
      AMOUNT,
      ['--warm', 'start from the image of a network made before, as tests do'],
      ['--nodes <nodes>', 'how many nodes, or their names: alice,bob (2)'],
    ],
    examples: ['ln-play demo', 'ln-play demo --capacity 0.1btc --amount 1000sat', 'ln-play demo --json | jq .total_ms'],
    load: () => import('../commands/demo.js'),
  },
  {
    usage: 'fund-and-channel',
    summary: '10 BTC to l2, and a channel of 0.042 BTC from it to l1',
    about: '10 BTC to l2, a block, fundchannel l1 0.042btc 253perkw, a block, normal on both ends.',
    options: [...JOB, ...CHANNEL],
    examples: ['ln-play fund-and-channel', 'ln-play fund-and-channel --from l1 --to l2 --capacity 1btc'],
    load: () => import('../commands/fund-and-channel.js'),
  },
  {
    usage: 'pay-demo',
    summary: 'l1 makes an invoice of 24 msat, l2 pays it',
    about: 'And l1 shows it paid.',
    options: [...JOB, AMOUNT],
    examples: ['ln-play pay-demo', 'ln-play pay-demo --amount 10sat'],
    load: () => import('../commands/pay-demo.js'),
  },
  {
    usage: 'workshop',
    summary: 'the whole talk as chapters to walk through',
    about: 'Nodes, plugins, channels, payments.',
    options: [
      ['--list', 'the chapters'],
      ['--chapter <n>', 'only this chapter; those before it that have not been done are run without a word'],
      ['--yes', 'run all of it unattended; fail when a step does not come out as it says'],
      ['--lightningd <lightningd>', "the lightningd to run, or 'embedded'"],
      ['--web', 'show the network in a browser beside the terminal'],
    ],
    examples: [
      'ln-play workshop',
      'ln-play workshop --web',
      'ln-play workshop --dir talk --chapter 8',
      'ln-play workshop --yes',
    ],
    load: () => import('../commands/workshop.js'),
  },
];
