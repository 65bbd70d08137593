import type { CommandSpec } from '../command-spec.js';

/** What nodes do, and one with another. */
export const LIGHTNING: readonly CommandSpec[] = [
  {
    usage: 'cli <node> <method> [params...]',
    summary: 'call any RPC of a node',
    about: 'Arguments are as lightning-cli takes them. It prints JSON, and hands on all that follows the method.',
    examples: [
      'ln-play cli l2 listpeerchannels',
      'ln-play cli l1 invoice 24msat label description',
      'ln-play cli l1 listinvoices label=label',
    ],
    passThrough: true,
    load: () => import('../commands/cli.js'),
  },
  {
    usage: 'connect <from> <to>',
    summary: 'connect a node to another',
    examples: ['ln-play connect l1 l2'],
    load: () => import('../commands/connect.js'),
  },
  {
    usage: 'fund <node> <amount>',
    summary: "send bitcoin to a node's wallet, in a block",
    examples: ['ln-play fund l1 1btc'],
    load: () => import('../commands/fund.js'),
  },
  {
    usage: 'open <from> <to> <amount>',
    summary: 'open a channel, and wait until both ends carry payments',
    options: [
      ['--feerate <feerate>', 'of the funding transaction (253perkw)'],
      ['--private', 'do not announce the channel'],
    ],
    examples: ['ln-play open l2 l1 0.01btc'],
    load: () => import('../commands/open.js'),
  },
  {
    usage: 'invoice <node> <msat> [description]',
    summary: "make an invoice, of an amount or of 'any'",
    options: [['--label <label>', 'its unique label (random)']],
    examples: ['ln-play invoice l1 10sat', 'ln-play pay l2 $(ln-play invoice l1 10sat shoes)'],
    load: () => import('../commands/invoice.js'),
  },
  {
    usage: 'pay <node> <bolt11>',
    summary: 'have a node pay an invoice',
    options: [['--amount <msat>', 'for an invoice that leaves it to the payer; a bare number is msat']],
    examples: ['ln-play pay l2 lnbcrt…'],
    load: () => import('../commands/pay.js'),
  },
  {
    usage: 'decode <bolt11>',
    summary: 'what an invoice says',
    examples: ['ln-play decode lnbcrt…'],
    load: () => import('../commands/decode.js'),
  },
  {
    usage: 'close <from> <to>',
    summary: 'close the channel between two nodes',
    about: 'And mine its last transaction.',
    options: [
      ['--channel <channel>', 'its short channel id or channel id, where there are several'],
      ['--force', 'with its commitment transaction, without asking the other end'],
    ],
    examples: ['ln-play close l1 l2', 'ln-play close l1 l2 --channel 111x1x0', 'ln-play close l1 l2 --force'],
    load: () => import('../commands/close.js'),
  },
  {
    usage: 'wait',
    summary: 'wait until nothing moves by itself any more',
    about:
      "Until every node has bitcoind's height, and no channel or payment moves by itself. What awaits a block, a funding transaction that bitcoind has not got, or somebody who holds a payment, is told, and not waited for.",
    examples: ['ln-play wait && run-my-tests', "ln-play wait --json | jq '.pending'"],
    load: () => import('../commands/wait.js'),
  },
];
