import { PROGRAMS, type CommandSpec } from '../command-spec.js';
import { IMAGE } from './exports.js';
import { SHAPE } from './networks.js';

/** What there is and what runs. */
export const PLAYGROUND: readonly CommandSpec[] = [
  {
    usage: 'up [network-file]',
    summary: 'make the playground, start it again, or repair it',
    about: 'bitcoind and nodes, connected, in the background.',
    options: [
      ['--topology <shape>', 'nodes and channels of a shape: star:6; or of a network that comes along'],
      ...SHAPE,
      ['--nodes <nodes>', 'how many nodes, or their names: alice,bob,carol (2)'],
      ...PROGRAMS,
      ['--node <node=lightningd>', 'another lightningd for one node: l2=embedded, l2=v25.12', 'many'],
      ['--option <node:key=value>', "a lightningd option for a node's config: l1:fee-base=5", 'many'],
      ['--tcp', 'new nodes listen on TCP ports of 127.0.0.1 instead of unix sockets'],
      ['--random-keys', 'new nodes make random keys; otherwise ids are the same every time'],
      ['--debugger <node:subdaemon>', 'have a node wait for gdb in one of its subdaemons: l2:connectd'],
      ['--on <where>', 'run it in pods: kubernetes, by your kubectl; or podman on this machine'],
      ['--namespace <name>', "with --on: the namespace, or podman's network (ln-play)"],
      ['--context <name>', "with --on kubernetes: kubectl's context (the current one)"],
      IMAGE,
      [
        '--from <source>',
        "a new one, of a snapshot: its file or folder, or the name of one of the default playground's",
      ],
      ['--trust', 'with --from: run also the plugins and programs that the configs of a file name'],
      ['--dry-run', 'with a network: say what would be done, and do nothing'],
      ['--prune', 'with a network: also close and remove what it has no more'],
      ['--cold', 'make it from nothing, also where a network of its like was made before'],
      ['--web', 'and show it in a browser, as ln-play web does'],
      ['--foreground', 'stay, and stop everything at Ctrl-C'],
    ],
    examples: [
      'ln-play up',
      'ln-play up --nodes 3 --dir /tmp/play',
      'ln-play up --nodes alice,bob,carol',
      'ln-play up network.yaml',
      'ln-play up --topology ring:5 --capacity 0.05btc',
      'ln-play up --option l1:log-level=io',
      'ln-play up --dir /tmp/second --from funded.tar.gz',
      'ln-play up --on kubernetes --namespace play ln-play.yaml',
    ],
    load: () => import('../commands/up.js'),
  },
  {
    usage: 'status',
    summary: 'what runs: daemons, nodes, channels',
    options: [['--check', 'fail, with exit code 1, unless all of it runs and answers']],
    examples: ['ln-play status', "ln-play status --json | jq '.channels'", 'ln-play status --check --quiet'],
    load: () => import('../commands/status.js'),
  },
  {
    usage: 'env',
    summary: "shell functions l1, l2 and bt, as the talk's aliases",
    options: [['--shell <shell>', 'bash, zsh, fish or sh (by default what SHELL says)']],
    examples: ['eval "$(ln-play env)"; l1 getinfo', 'ln-play env --shell fish | source'],
    printsCode: true,
    load: () => import('../commands/env.js'),
  },
  {
    usage: 'logs <daemon>',
    summary: "a node's log, or bitcoind's",
    about: 'With --json all lines in one document, or with -f an object a line.',
    options: [
      ['-f, --follow', 'go on as it grows'],
      ['-n, --lines <n>', 'how many lines from its end (all)'],
    ],
    examples: ['ln-play logs l1 -f', 'ln-play logs bitcoind -n 20', 'ln-play logs l1 -f --json | jq -r .line'],
    load: () => import('../commands/logs.js'),
  },
  {
    usage: 'ps',
    summary: 'the process tree, with what each subdaemon is for',
    examples: ['ln-play ps'],
    load: () => import('../commands/ps.js'),
  },
  {
    usage: 'restart <daemon>',
    summary: 'stop a node, and start it with what its config says now',
    examples: ['ln-play restart l1', 'ln-play restart bitcoind'],
    load: () => import('../commands/restart.js'),
  },
  {
    usage: 'down',
    summary: 'stop everything; all stays on disk',
    examples: ['ln-play down'],
    load: () => import('../commands/down.js'),
  },
  {
    usage: 'destroy',
    summary: 'stop everything and remove its files',
    options: [['--yes', 'yes, remove them']],
    examples: ['ln-play destroy --yes'],
    load: () => import('../commands/destroy.js'),
  },
];
