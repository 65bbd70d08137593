import type { CommandSpec, OptionSpec } from '../command-spec.js';

export const IMAGE: OptionSpec = ['--image <kind=image>', 'another image for bitcoind, cln or embedded', 'many'];

const CONTAINERS: readonly OptionSpec[] = [
  ['--namespace <name>', 'what it is called there (ln-play)'],
  ['--lightningd <lightningd>', "'embedded' for nodes that don't say; Core Lightning by default"],
  IMAGE,
];

/** A network for something else that runs networks: of a file, or what runs. */
export const EXPORTS: readonly CommandSpec[] = [
  {
    usage: 'export network [file]',
    summary: 'write the network file of what runs now',
    examples: ['ln-play export network', 'ln-play export network ln-play.yaml'],
    printsCode: true,
    load: () => import('../commands/export-network.js'),
  },
  {
    usage: 'export kubernetes [network-file]',
    summary: 'a network as objects of Kubernetes',
    about: 'A stateful set, service, config, key and volume for each daemon.',
    options: CONTAINERS,
    examples: ['ln-play export kubernetes', 'ln-play export kubernetes ln-play.yaml | kubectl apply -f -'],
    printsCode: true,
    load: async () => ({ run: (await import('../commands/export-pods.js')).run('kubernetes') }),
  },
  {
    usage: 'export compose [network-file]',
    summary: 'a network as a Compose file',
    about: 'A service and a volume for each daemon.',
    options: CONTAINERS,
    examples: ['ln-play export compose ln-play.yaml > compose.yaml'],
    printsCode: true,
    load: async () => ({ run: (await import('../commands/export-pods.js')).run('compose') }),
  },
  {
    usage: 'export warnet [network-file]',
    summary: "a network as Warnet's network.yaml, with its channels",
    examples: ['ln-play export warnet ln-play.yaml > networks/mine/network.yaml'],
    printsCode: true,
    load: async () => ({ run: (await import('../commands/export-pods.js')).run('warnet') }),
  },
];
