import { LnPlayError } from '../core/errors.js';
import { PLAYGROUND_LABEL } from '../daemons/container.js';
import type { Command } from '../process/daemon-process.js';
import { ask, type KnownFailure } from './ask.js';
import type { Cluster, OwnedPlace, PodState } from './cluster.js';

const FAILURES: readonly KnownFailure[] = [
  {
    says: /short-name|unable to (pull|find)|initializing source|image not known|manifest unknown/i,
    code: 'STATE',
    what: 'An image is not on this machine, and cannot be pulled',
    hint: 'docs/containers.md says how it is made; `podman images` lists those there are',
  },
];

interface Container {
  readonly Names: readonly string[];
  readonly State: string;
  readonly ExitCode: number;
}

/** Pods of podman on this machine, on a network of their own. */
export class Podman implements Cluster {
  readonly place: Extract<OwnedPlace, { on: 'podman' }>;

  constructor(place: Extract<OwnedPlace, { on: 'podman' }>) {
    this.place = place;
  }

  get title(): string {
    return `podman's network ${this.place.network}`;
  }

  async assertUsable(signal?: AbortSignal): Promise<void> {
    const { network } = this.place;
    const there = await this.#network(signal);
    if (there === 'absent' || there === 'ours') return;
    throw new LnPlayError('STATE', `podman's network ${network} is somebody else's, or another playground's`, {
      hint: 'choose another name with --namespace',
    });
  }

  async apply(manifest: string, signal?: AbortSignal): Promise<void> {
    const { network, id } = this.place;
    if ((await this.#network(signal)) === 'absent')
      await this.#ask(['network', 'create', '--label', `${PLAYGROUND_LABEL}=${id}`, network], { signal });
    await this.#ask(['kube', 'play', '--replace', '--network', network, '-'], { input: manifest, signal });
  }

  async #network(signal: AbortSignal | undefined): Promise<'absent' | 'ours' | 'of others'> {
    const { network } = this.place;
    const text = await this.#ask(['network', 'ls', '--filter', `name=^${network}$`, '--format', 'json'], { signal });
    const [there] = JSON.parse(text || '[]') as readonly { labels?: { [key: string]: string } }[];
    return there === undefined ? 'absent' : there.labels?.[PLAYGROUND_LABEL] === this.place.id ? 'ours' : 'of others';
  }

  async states(signal?: AbortSignal): Promise<ReadonlyMap<string, PodState>> {
    const filter = `label=${PLAYGROUND_LABEL}=${this.place.id}`;
    const text = await this.#ask(['ps', '--all', '--filter', filter, '--format', 'json'], { signal });
    const containers = JSON.parse(text || '[]') as readonly Container[];
    return new Map(containers.map((each) => [each.Names[0]!.replace(/-daemon$/, ''), stateOf(each)]));
  }

  async start(host: string, signal?: AbortSignal): Promise<void> {
    await this.#ask(['pod', 'start', host], { signal });
  }

  async stop(host: string): Promise<void> {
    await this.#ask(['pod', 'stop', '--time', '30', host]);
  }

  exec(host: string, command: readonly string[]): Command {
    return { command: 'podman', args: ['exec', '-i', `${host}-daemon`, ...command] };
  }

  logs(host: string, since?: Date): Command {
    const from = since === undefined ? [] : [`--since=${since.toISOString()}`];
    return { command: 'podman', args: ['logs', '-f', ...from, `${host}-daemon`] };
  }

  async remove(): Promise<void> {
    const { network } = this.place;
    const hosts = [...(await this.states()).keys()];
    if (hosts.length > 0) await this.#ask(['pod', 'rm', '--force', ...hosts]);
    const volumes = hosts.flatMap((host) => [`${host}-data`, `${host}-config`]);
    if (volumes.length > 0) await this.#ask(['volume', 'rm', '--force', ...volumes]);
    await this.#ask(['network', 'rm', '--force', network]);
  }

  async #ask(
    args: readonly string[],
    options: { readonly input?: string; readonly signal?: AbortSignal | undefined } = {},
  ) {
    return await ask('podman', args, FAILURES, options);
  }
}

function stateOf({ State, ExitCode }: Container): PodState {
  if (State === 'running') return { phase: 'running' };
  if (State === 'exited' && ExitCode !== 0 && ExitCode !== 143)
    return { phase: 'failed', why: `it exited with code ${ExitCode}` };
  return State === 'exited' ? { phase: 'absent' } : { phase: 'starting', why: State };
}
