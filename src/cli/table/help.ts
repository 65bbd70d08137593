import { PROGRAMS, type CommandSpec } from '../command-spec.js';

/** What says how to use the others. */
export const HELP: readonly CommandSpec[] = [
  {
    usage: 'man [page]',
    summary: "what Core Lightning's manual says of an RPC method",
    about: 'And of the options of lightningd: man lightningd-config.',
    options: [['--lightningd <lightningd>', 'the lightningd whose options are listed']],
    examples: ['ln-play man', 'ln-play man pay', 'ln-play man lightningd-config'],
    load: () => import('../commands/man.js'),
  },
  {
    usage: 'doctor',
    summary: 'which programs are found, and what this machine lacks',
    about: 'Where each is, and why.',
    options: PROGRAMS,
    examples: ['ln-play doctor'],
    load: () => import('../commands/doctor.js'),
  },
  {
    usage: 'completion <shell>',
    summary: 'completion for bash, zsh or fish',
    examples: ['eval "$(ln-play completion bash)"'],
    printsCode: true,
    load: () => import('../commands/completion.js'),
  },
  {
    usage: 'complete <shell> [words...]',
    summary: 'what the code of `completion` asks',
    examples: ['ln-play complete fish plugin new --template ""'],
    passThrough: true,
    hidden: true,
    printsCode: true,
    load: () => import('../commands/complete.js'),
  },
];
