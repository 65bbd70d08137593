import { DATA_DIR } from '../daemons/container.js';
import { keyThen, octal, OCTAL_KEY } from './key-first.js';
import { BITCOIND, CONFIG_DIR, SECRET_DIR, type Workload } from './workloads.js';

export interface ComposeOptions {
  /** What Compose calls the project. */
  readonly name: string;
  /** Of bitcoind's RPC. */
  readonly rpcPassword: string;
}

/**
 * A network as a Compose file (compose-spec.io): a service and a volume for each daemon, configs and keys in the file
 * itself, no port open to the machine.
 */
export function composeFile(workloads: readonly Workload[], { name, rpcPassword }: ComposeOptions): object {
  const withPassword = (word: string): string => word.replace('$(RPC_PASSWORD)', () => rpcPassword);
  return {
    name,
    services: Object.fromEntries(workloads.map((workload) => [workload.host, service(workload, withPassword)])),
    configs: Object.fromEntries(
      workloads.flatMap(({ host, config, secret }) => [
        [`${host}-config`, { content: escaped(config.text) }],
        ...(secret === undefined ? [] : [[`${host}-key`, { content: octal(secret) }] as const]),
      ]),
    ),
    volumes: Object.fromEntries(workloads.map(({ host }) => [`${host}-data`, {}])),
  };
}

function service(workload: Workload, withPassword: (word: string) => string): object {
  const { name, host, image, command, config, secret, probe, memoryMb } = workload;
  const words = command.map(withPassword);
  const key = secret === undefined ? [] : [{ source: `${host}-key`, target: `${SECRET_DIR}/${OCTAL_KEY}` }];
  const test = 'command' in probe ? ['CMD', ...probe.command.map(withPassword)] : ['CMD-SHELL', listens(probe.port)];
  return {
    image,
    hostname: host,
    user: '0',
    // each daemon ends at SIGTERM by itself
    entrypoint: secret === undefined ? words.map(escaped) : ['sh', '-c', escaped(keyThen(words, SECRET_DIR))],
    command: [],
    configs: [{ source: `${host}-config`, target: `${CONFIG_DIR}/${config.file}` }, ...key],
    volumes: [`${host}-data:${DATA_DIR}`],
    ...(name === BITCOIND ? {} : { depends_on: { [BITCOIND]: { condition: 'service_healthy' } } }),
    healthcheck: { test: test.map(escaped), interval: '5s', timeout: '5s', start_period: '60s', start_interval: '1s' },
    restart: 'unless-stopped',
    stop_grace_period: '30s',
    mem_limit: `${memoryMb[1]}m`,
  };
}

/** Whether somebody listens on a port of the container, by what the image of ours has. */
const listens = (port: number): string =>
  `node -e "require('node:net').connect(${port}).on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))"`;

/** Compose puts variables in where it sees a dollar. */
const escaped = (text: string): string => text.replaceAll('$', '$$$$');
