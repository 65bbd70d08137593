import type { CommandSpec, OptionSpec } from '../command-spec.js';

const ALONE: readonly OptionSpec[] = [
  ['--option <name=value>', "a value for one of the plugin's options", 'many'],
  ['--rpc <file>', 'JSON with what the RPCs it makes are answered, by method'],
];
const TRACE: readonly OptionSpec[] = [
  ['--method <method>', 'only messages of this method', 'many'],
  ['--pretty', 'each message in full'],
];

/** What who writes a plugin uses. */
export const PLUGINS: readonly CommandSpec[] = [
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
    load: () => import('../commands/plugin-new.js'),
  },
  {
    usage: 'plugin check <file>',
    summary: 'check a plugin by itself, as lightningd would',
    about: 'It says what lightningd would think of it.',
    options: [
      ['--show', 'every message both ways, and its standard error'],
      ['--pretty', 'with --show, each message in full'],
      ...ALONE,
    ],
    examples: ['ln-play plugin check hello/hello.js', 'ln-play plugin check --show --pretty ./plugin.py'],
    load: () => import('../commands/plugin-check.js'),
  },
  {
    usage: 'plugin call <file> <method> [params...]',
    summary: 'call a method, hook or event of a plugin, without a node',
    options: [['--show', 'every message both ways'], ...ALONE],
    examples: [
      'ln-play plugin call hello.js hello world',
      'ln-play plugin call --rpc answers.json shop.js shop-url',
      'ln-play plugin call hello.js connect \'connect={"id":"02…"}\'',
    ],
    passThrough: true,
    load: () => import('../commands/plugin-call.js'),
  },
  {
    usage: 'plugin start <node> <file> [options...]',
    summary: 'start a plugin on a running node, with values for its options',
    about: "It says what the plugin wrote when it doesn't run.",
    examples: ['ln-play plugin start l1 hello.js', 'ln-play plugin start l1 shop.js shop-port=8080'],
    load: () => import('../commands/plugin-start.js'),
  },
  {
    usage: 'plugin stop <node> <plugin>',
    summary: 'stop a plugin of a running node, by its file or name',
    options: [['--force', 'also where payments wait for its decision']],
    examples: ['ln-play plugin stop l1 hello.js', 'ln-play plugin stop l1 hold-invoice.js --force'],
    load: () => import('../commands/plugin-stop.js'),
  },
  {
    usage: 'plugin list <node>',
    summary: "a running node's plugins",
    examples: ['ln-play plugin list l1'],
    load: () => import('../commands/plugin-list.js'),
  },
  {
    usage: 'plugin watch <node> <paths...>',
    summary: 'run plugins on a node, anew at each save that passes the check',
    about: 'Their log and standard error follow.',
    options: [['--option <name=value>', "a value for one of the plugins' options", 'many']],
    examples: ['ln-play plugin watch l1 hello.js', 'ln-play plugin watch l1 shop/ --option shop-port=8080'],
    load: () => import('../commands/plugin-watch.js'),
  },
  {
    usage: 'plugin trace <node> <file>',
    summary: 'run a plugin on a node, and show every message between the two',
    about: 'Until Ctrl-C.',
    options: [...TRACE, ['--option <name=value>', "a value for one of the plugin's options", 'many']],
    examples: [
      'ln-play plugin trace l1 hello.js',
      'ln-play plugin trace l1 hello.js --pretty --method init',
      'ln-play plugin trace l1 hello.js --json | jq -c .message',
    ],
    load: () => import('../commands/plugin-trace.js'),
  },
  {
    usage: 'rpc-trace <node>',
    summary: "show every message on a node's RPC socket, until Ctrl-C",
    options: TRACE,
    examples: ['ln-play rpc-trace l1', 'ln-play rpc-trace l1 --method invoice --pretty'],
    load: () => import('../commands/rpc-trace.js'),
  },
];
