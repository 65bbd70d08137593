import { LnPlayError } from '../core/errors.js';
import { BITCOIND_RPC_PORT, DATA_DIR, PEER_PORT, RPC_USER } from '../daemons/container.js';
import type { Implementation } from '../daemons/implementation.js';
import { lightningdSettings, type LightningdConfig } from '../daemons/lightningd-settings.js';
import { formatSettings, type Setting, type SettingsGroup } from '../daemons/settings.js';
import { colourOf, secretOf } from '../network/keys.js';
import { settingsOf, type NetworkSpec, type NodeSpec } from '../network/spec.js';

/** The image that each kind of daemon runs in. */
export type Images = { readonly [K in DaemonKind]: string };

export type DaemonKind = 'bitcoind' | Implementation;

/** Bitcoin Core's and Core Lightning's official images, and the one that the Containerfile of ln-play makes. */
export const IMAGES: Images = {
  bitcoind: 'docker.io/bitcoin/bitcoin:31.1',
  cln: 'docker.io/elementsproject/lightningd:v26.06.6',
  embedded: 'localhost/ln-play:latest',
};

/** One daemon of a network as a container, whoever runs it. */
export interface Workload {
  /** What it is called in the network: `bitcoind`, or the node's name. */
  readonly name: string;
  /** Its name as others reach it: a DNS label. */
  readonly host: string;
  readonly kind: DaemonKind;
  readonly image: string;
  /** `$(RPC_PASSWORD)` in it stands for bitcoind's password. */
  readonly command: readonly string[];
  /** Its config file, in `CONFIG_DIR`. */
  readonly config: { readonly file: string; readonly text: string };
  /** 32 bytes that a node's keys are made of; undefined where it makes its own. */
  readonly secret: Uint8Array | undefined;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  /** Whether it is of use: a command in the container, or a port that somebody listens on. */
  readonly probe: { readonly command: readonly string[] } | { readonly port: number };
  /** In MiB: what it needs, and what it may take. */
  readonly memoryMb: readonly [request: number, limit: number];
  /** Plugins that the network file has for it: files of this machine, which no container has. */
  readonly leftOut: readonly string[];
}

export const CONFIG_DIR = '/etc/ln-play';
/** Where a node's secret lies before it is copied to its place. */
export const SECRET_DIR = '/run/ln-play';
export const BITCOIND = 'bitcoind';

export interface WorkloadOptions {
  /** What a node runs that does not say. */
  readonly nodeKind: Implementation;
  readonly images?: Partial<Images> | undefined;
  /** Before each host name, if they share names with others: `play-`. */
  readonly prefix?: string;
}

/**
 * All daemons of a network as containers, bitcoind first.
 *
 * @throws {LnPlayError} INVALID for a name that makes no host name
 */
export function workloadsOf(spec: Pick<NetworkSpec, 'nodes'>, options: WorkloadOptions): Workload[] {
  const { nodeKind, prefix = '' } = options;
  const images = { ...IMAGES, ...options.images };
  const nodes = spec.nodes.map((node) => nodeWorkload(node, nodeKind, images, prefix));
  const workloads = [bitcoindWorkload(images, prefix), ...nodes];
  assertHosts(workloads);
  return workloads;
}

function bitcoindWorkload({ bitcoind: image }: Images, prefix: string): Workload {
  const settings = [
    { key: 'regtest', value: '1' },
    { key: 'server', value: '1' },
    { key: 'fallbackfee', value: '0.00002' },
    { key: 'keypool', value: '1' },
    { key: 'txindex', value: '1' },
    { key: 'listen', value: '0' },
    { key: 'dnsseed', value: '0' },
    { key: 'rpcuser', value: RPC_USER },
  ];
  const text = `${formatSettings('bitcoind of an ln-play network', [{ settings }])}
[regtest]
rpcbind=0.0.0.0
rpcallowip=0.0.0.0/0
rpcport=${BITCOIND_RPC_PORT}
# each node holds one, waiting for the next block
rpcthreads=640
rpcworkqueue=1280
`;
  const cli = ['bitcoin-cli', '-regtest', `-rpcuser=${RPC_USER}`, '-rpcpassword=$(RPC_PASSWORD)', 'getblockchaininfo'];
  return {
    name: BITCOIND,
    host: `${prefix}${BITCOIND}`,
    kind: 'bitcoind',
    image,
    command: [
      'bitcoind',
      `-datadir=${DATA_DIR}`,
      `-conf=${CONFIG_DIR}/bitcoin.conf`,
      '-rpcpassword=$(RPC_PASSWORD)',
      '-printtoconsole=1',
    ],
    config: { file: 'bitcoin.conf', text },
    secret: undefined,
    ports: [{ name: 'rpc', port: BITCOIND_RPC_PORT }],
    probe: { command: cli },
    memoryMb: [192, 1_024],
    leftOut: [],
  };
}

function nodeWorkload(node: NodeSpec, nodeKind: Implementation, images: Images, prefix: string): Workload {
  const { name, alias = name, colour = colourOf(name), lightningd, key = 'name', plugins = [] } = node;
  const kind: Implementation = lightningd === 'embedded' ? 'embedded' : lightningd === undefined ? nodeKind : 'cln';
  const host = `${prefix}${hostOf(name)}`;
  return {
    name,
    host,
    kind,
    image: images[kind],
    command: [
      kind === 'cln' ? 'lightningd' : 'ln-play-lightningd',
      `--lightning-dir=${DATA_DIR}`,
      `--conf=${CONFIG_DIR}/config`,
      '--bitcoin-rpcpassword=$(RPC_PASSWORD)',
    ],
    config: { file: 'config', text: nodeConfig(kind, prefix, host, { alias, rgb: colour }, settingsOf(node)) },
    secret: secretOf(name, key),
    ports: [{ name: 'peer', port: PEER_PORT }],
    probe:
      kind === 'cln'
        ? { command: ['lightning-cli', `--lightning-dir=${DATA_DIR}`, '--network=regtest', 'getinfo'] }
        : { port: PEER_PORT },
    memoryMb: kind === 'cln' ? [96, 512] : [160, 768],
    leftOut: plugins,
  };
}

/** What names a place of the machine that the playground is on: a container has its own. */
const OF_THE_MACHINE = new Set(['log-file', 'bitcoin-datadir']);

function nodeConfig(
  kind: Implementation,
  prefix: string,
  host: string,
  config: LightningdConfig,
  options: readonly Setting[],
): string {
  const place = {
    lightningDir: DATA_DIR,
    bindAddr: `0.0.0.0:${PEER_PORT}`,
    bitcoinDatadir: '',
    bitcoinRpcPort: BITCOIND_RPC_PORT,
    bitcoinCli: undefined,
    bitcoinBackend: undefined,
  };
  const usual = lightningdSettings(kind, config, place).map(({ settings, ...group }): SettingsGroup => ({
    ...group,
    settings: settings.filter(({ key }) => !OF_THE_MACHINE.has(key)),
  }));
  const own: SettingsGroup[] = [
    {
      comment: 'how it reaches bitcoind, and is reached itself',
      settings: [
        { key: 'bitcoin-rpcconnect', value: `${prefix}${BITCOIND}` },
        { key: 'bitcoin-rpcuser', value: RPC_USER },
        { key: 'announce-addr', value: `dns:${host}:${PEER_PORT}` },
      ],
    },
    ...(options.length === 0 ? [] : [{ comment: 'of the network file', settings: options }]),
  ];
  return formatSettings(`${host} of an ln-play network`, [...usual, ...own]);
}

/** A node's name as a DNS label (RFC 1123). */
export const hostOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function assertHosts(workloads: readonly Workload[]): void {
  const seen = new Map<string, string>();
  for (const { name, host } of workloads) {
    const refuse = (why: string): never => {
      throw new LnPlayError('INVALID', `${JSON.stringify(name)} makes no host name: ${why}`, {
        hint: 'name the node otherwise in a file of its own: letters, digits, and - between them',
      });
    };
    if (host.endsWith('-')) refuse('it would end with -');
    const twin = seen.get(host);
    if (twin !== undefined) refuse(`${twin} has ${host} already`);
    seen.set(host, name);
  }
}
