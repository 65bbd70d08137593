import type { RunCommand } from './context.js';

/** One command: what it takes, what its help says, and the module that does it, loaded when it is wanted. */
export interface CommandSpec {
  /** `mine [blocks]`, as commander writes arguments; several words for a command in a group: `plugin check <file>`. */
  readonly usage: string;
  readonly summary: string;
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /** Everything behind the first argument belongs to somebody else, also what looks like an option. */
  readonly passThrough?: boolean;
  /** What it prints is for a shell to run, and is not touched. */
  readonly printsCode?: boolean;
  /** Not for people: left out of the help. */
  readonly hidden?: boolean;
  readonly load: () => Promise<{ readonly run: RunCommand }>;
}

/** Flags, description, and for an option that may be given several times `many`. */
export type OptionSpec = readonly [flags: string, description: string, many?: 'many'];

/** What every command takes, before and after its name. */
export const COMMON: readonly OptionSpec[] = [
  ['--dir <dir>', "the playground's folder (LN_PLAY_DIR, or ~/.ln-play)"],
  ['--json', 'one JSON document on standard output'],
  ['-q, --quiet', 'nothing but errors'],
  ['--timeout <seconds>', 'how long to wait for any one thing (60)'],
];

/** `plugin check`, of its usage. */
export const nameOf = (usage: string): string => usage.split(/ [<[]/)[0]!;

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
const PROGRAMS: readonly OptionSpec[] = [
  ['--bitcoind <path>', 'the bitcoind to run'],
  ['--lightningd <lightningd>', "the lightningd to run, or 'embedded' for the one that comes with ln-play"],
];

const ALONE: readonly OptionSpec[] = [
  ['--option <name=value>', "a value for one of the plugin's options", 'many'],
  ['--rpc <file>', 'JSON with what the RPCs it makes are answered, by method'],
];

const TRACE: readonly OptionSpec[] = [
  ['--method <method>', 'only messages of this method', 'many'],
  ['--pretty', 'each message in full'],
];

/** All commands, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'demo',
    summary: 'the whole job in a temporary folder: boot, connect, fund, open, pay, report, clean up',
    options: [
      ...PROGRAMS,
      ...JOB,
      ...CHANNEL,
      AMOUNT,
      ['--nodes <nodes>', 'how many nodes, or their names: alice,bob (2)'],
    ],
    examples: ['ln-play demo', 'ln-play demo --capacity 0.1btc --amount 1000sat', 'ln-play demo --json | jq .total_ms'],
    load: () => import('./commands/demo.js'),
  },
  {
    usage: 'up',
    summary: 'make the playground, start it again or repair it: bitcoind and nodes, connected, in the background',
    options: [
      ['--nodes <nodes>', 'how many nodes, or their names: alice,bob,carol (2)'],
      ...PROGRAMS,
      ['--node <node=lightningd>', 'another lightningd for one node: l2=embedded', 'many'],
      ['--option <node:key=value>', "a lightningd option for a node's config: l1:fee-base=5", 'many'],
      ['--tcp', 'new nodes listen on TCP ports of 127.0.0.1 instead of unix sockets'],
      ['--random-keys', 'new nodes make random keys; otherwise ids are the same every time'],
      ['--debugger <node:subdaemon>', 'have a node wait for gdb in one of its subdaemons: l2:connectd'],
      ['--foreground', 'stay, and stop everything at Ctrl-C'],
    ],
    examples: [
      'ln-play up',
      'ln-play up --nodes 3 --dir /tmp/play',
      'ln-play up --nodes alice,bob,carol',
      'ln-play up --option l1:log-level=io',
    ],
    load: () => import('./commands/up.js'),
  },
  {
    usage: 'fund-and-channel',
    summary: '10 BTC to l2, a block, fundchannel l1 0.042btc 253perkw, a block, normal on both ends',
    options: [...JOB, ...CHANNEL],
    examples: ['ln-play fund-and-channel', 'ln-play fund-and-channel --from l1 --to l2 --capacity 1btc'],
    load: () => import('./commands/fund-and-channel.js'),
  },
  {
    usage: 'pay-demo',
    summary: 'l1 makes an invoice of 24 msat, l2 pays it, l1 shows it paid',
    options: [...JOB, AMOUNT],
    examples: ['ln-play pay-demo', 'ln-play pay-demo --amount 10sat'],
    load: () => import('./commands/pay-demo.js'),
  },
  {
    usage: 'cli <node> <method> [params...]',
    summary:
      'call any RPC of a node, with arguments as lightning-cli takes them: prints JSON, and hands on all that follows the method',
    examples: [
      'ln-play cli l2 listpeerchannels',
      'ln-play cli l1 invoice 24msat label description',
      'ln-play cli l1 listinvoices label=label',
    ],
    passThrough: true,
    load: () => import('./commands/cli.js'),
  },
  {
    usage: 'env',
    summary: "shell functions l1, l2 and bt, as the talk's aliases",
    options: [['--shell <shell>', 'bash, zsh, fish or sh (by default what SHELL says)']],
    examples: ['eval "$(ln-play env)"; l1 getinfo', 'ln-play env --shell fish | source'],
    printsCode: true,
    load: () => import('./commands/env.js'),
  },
  {
    usage: 'status',
    summary: 'what runs: daemons, nodes, channels',
    examples: ['ln-play status', "ln-play status --json | jq '.channels'"],
    load: () => import('./commands/status.js'),
  },
  {
    usage: 'logs <daemon>',
    summary: "a node's log, or bitcoind's; with --json all lines in one document, or with -f an object a line",
    options: [
      ['-f, --follow', 'go on as it grows'],
      ['-n, --lines <n>', 'how many lines from its end (all)'],
    ],
    examples: ['ln-play logs l1 -f', 'ln-play logs bitcoind -n 20', 'ln-play logs l1 -f --json | jq -r .line'],
    load: () => import('./commands/logs.js'),
  },
  {
    usage: 'ps',
    summary: 'the process tree, with what each subdaemon is for',
    examples: ['ln-play ps'],
    load: () => import('./commands/ps.js'),
  },
  {
    usage: 'mine [blocks]',
    summary: 'mine blocks, and wait until every node has seen them',
    examples: ['ln-play mine', 'ln-play mine 6'],
    load: () => import('./commands/mine.js'),
  },
  {
    usage: 'connect <from> <to>',
    summary: 'connect a node to another',
    examples: ['ln-play connect l1 l2'],
    load: () => import('./commands/connect.js'),
  },
  {
    usage: 'fund <node> <amount>',
    summary: "send bitcoin to a node's wallet, in a block",
    examples: ['ln-play fund l1 1btc'],
    load: () => import('./commands/fund.js'),
  },
  {
    usage: 'open <from> <to> <amount>',
    summary: 'open a channel, and wait until both ends carry payments',
    options: [
      ['--feerate <feerate>', 'of the funding transaction (253perkw)'],
      ['--private', 'do not announce the channel'],
    ],
    examples: ['ln-play open l2 l1 0.01btc'],
    load: () => import('./commands/open.js'),
  },
  {
    usage: 'invoice <node> <msat> [description]',
    summary: "make an invoice, of an amount or of 'any'",
    options: [['--label <label>', 'its unique label (random)']],
    examples: ['ln-play invoice l1 10sat', 'ln-play pay l2 $(ln-play invoice l1 10sat shoes)'],
    load: () => import('./commands/invoice.js'),
  },
  {
    usage: 'pay <node> <bolt11>',
    summary: 'have a node pay an invoice',
    options: [['--amount <msat>', 'for an invoice that leaves it to the payer; a bare number is msat']],
    examples: ['ln-play pay l2 lnbcrt…'],
    load: () => import('./commands/pay.js'),
  },
  {
    usage: 'decode <bolt11>',
    summary: 'what an invoice says',
    examples: ['ln-play decode lnbcrt…'],
    load: () => import('./commands/decode.js'),
  },
  {
    usage: 'close <from> <to>',
    summary: 'close the channel between two nodes, and mine its last transaction',
    options: [
      ['--channel <channel>', 'its short channel id or channel id, where there are several'],
      ['--force', 'with its commitment transaction, without asking the other end'],
    ],
    examples: ['ln-play close l1 l2', 'ln-play close l1 l2 --channel 111x1x0', 'ln-play close l1 l2 --force'],
    load: () => import('./commands/close.js'),
  },
  {
    usage: 'wait',
    summary:
      "wait until every node has bitcoind's height and no channel or payment moves by itself; tell, and don't wait for, " +
      'what awaits a block, a funding transaction that bitcoind has not got, or somebody who holds a payment',
    examples: ['ln-play wait && run-my-tests', "ln-play wait --json | jq '.pending'"],
    load: () => import('./commands/wait.js'),
  },
  {
    usage: 'plugin new <name>',
    summary: 'a folder with a new plugin that runs at once',
    options: [
      [
        '--template <template>',
        'javascript, typescript, python, shell, web-invoice, reveal-word, hold-invoice, rust or go (javascript)',
      ],
    ],
    examples: ['ln-play plugin new hello', 'ln-play plugin new shop --template web-invoice'],
    load: () => import('./commands/plugin-new.js'),
  },
  {
    usage: 'plugin check <file>',
    summary: 'run a plugin by itself, as lightningd would, and say what lightningd would think of it',
    options: [
      ['--show', 'every message both ways, and its standard error'],
      ['--pretty', 'with --show, each message in full'],
      ...ALONE,
    ],
    examples: ['ln-play plugin check hello/hello.js', 'ln-play plugin check --show --pretty ./plugin.py'],
    load: () => import('./commands/plugin-check.js'),
  },
  {
    usage: 'plugin call <file> <method> [params...]',
    summary: 'call a method of a plugin, ask a hook or tell it of an event, without a node',
    options: [['--show', 'every message both ways'], ...ALONE],
    examples: [
      'ln-play plugin call hello.js hello world',
      'ln-play plugin call --rpc answers.json shop.js shop-url',
      'ln-play plugin call hello.js connect \'connect={"id":"02…"}\'',
    ],
    passThrough: true,
    load: () => import('./commands/plugin-call.js'),
  },
  {
    usage: 'plugin start <node> <file> [options...]',
    summary: "start a plugin on a running node, with values for its options; say what it wrote when it doesn't run",
    examples: ['ln-play plugin start l1 hello.js', 'ln-play plugin start l1 shop.js shop-port=8080'],
    load: () => import('./commands/plugin-start.js'),
  },
  {
    usage: 'plugin stop <node> <plugin>',
    summary: 'stop a plugin of a running node, by its file or name',
    options: [['--force', 'also where payments wait for its decision']],
    examples: ['ln-play plugin stop l1 hello.js', 'ln-play plugin stop l1 hold-invoice.js --force'],
    load: () => import('./commands/plugin-stop.js'),
  },
  {
    usage: 'plugin list <node>',
    summary: "a running node's plugins",
    examples: ['ln-play plugin list l1'],
    load: () => import('./commands/plugin-list.js'),
  },
  {
    usage: 'plugin watch <node> <paths...>',
    summary: 'run plugins on a node, anew at each save that passes the check; their log and standard error follow',
    options: [['--option <name=value>', "a value for one of the plugins' options", 'many']],
    examples: ['ln-play plugin watch l1 hello.js', 'ln-play plugin watch l1 shop/ --option shop-port=8080'],
    load: () => import('./commands/plugin-watch.js'),
  },
  {
    usage: 'plugin trace <node> <file>',
    summary: 'run a plugin on a node and show every message between the two, until Ctrl-C',
    options: [...TRACE, ['--option <name=value>', "a value for one of the plugin's options", 'many']],
    examples: [
      'ln-play plugin trace l1 hello.js',
      'ln-play plugin trace l1 hello.js --pretty --method init',
      'ln-play plugin trace l1 hello.js --json | jq -c .message',
    ],
    load: () => import('./commands/plugin-trace.js'),
  },
  {
    usage: 'rpc-trace <node>',
    summary: "show every message on a node's RPC socket, until Ctrl-C",
    options: TRACE,
    examples: ['ln-play rpc-trace l1', 'ln-play rpc-trace l1 --method invoice --pretty'],
    load: () => import('./commands/rpc-trace.js'),
  },
  {
    usage: 'workshop',
    summary: 'the whole talk as chapters to walk through: nodes, plugins, channels, payments',
    options: [
      ['--list', 'the chapters'],
      ['--chapter <n>', 'only this chapter; those before it that have not been done are run without a word'],
      ['--yes', 'run all of it unattended; fail when a step does not come out as it says'],
      ['--lightningd <lightningd>', "the lightningd to run, or 'embedded'"],
    ],
    examples: ['ln-play workshop', 'ln-play workshop --dir talk --chapter 8', 'ln-play workshop --yes'],
    load: () => import('./commands/workshop.js'),
  },
  {
    usage: 'man [page]',
    summary: "what Core Lightning's manual says of an RPC method, and the options of lightningd",
    options: [['--lightningd <lightningd>', 'the lightningd whose options are listed']],
    examples: ['ln-play man', 'ln-play man pay', 'ln-play man lightningd-config'],
    load: () => import('./commands/man.js'),
  },
  {
    usage: 'doctor',
    summary: 'which programs are found, where, and why; what this machine lacks',
    options: PROGRAMS,
    examples: ['ln-play doctor'],
    load: () => import('./commands/doctor.js'),
  },
  {
    usage: 'restart <daemon>',
    summary: 'stop a node and start it again, with what its config says now',
    examples: ['ln-play restart l1', 'ln-play restart bitcoind'],
    load: () => import('./commands/restart.js'),
  },
  {
    usage: 'down',
    summary: 'stop everything; all stays on disk',
    examples: ['ln-play down'],
    load: () => import('./commands/down.js'),
  },
  {
    usage: 'destroy',
    summary: 'stop everything and remove its files',
    options: [['--yes', 'yes, remove them']],
    examples: ['ln-play destroy --yes'],
    load: () => import('./commands/destroy.js'),
  },
  {
    usage: 'completion <shell>',
    summary: 'completion for bash, zsh or fish',
    examples: ['eval "$(ln-play completion bash)"'],
    printsCode: true,
    load: () => import('./commands/completion.js'),
  },
  {
    usage: 'complete <shell> [words...]',
    summary: 'what the code of `completion` asks',
    examples: ['ln-play complete fish plugin new --template ""'],
    passThrough: true,
    hidden: true,
    printsCode: true,
    load: () => import('./commands/complete.js'),
  },
];
