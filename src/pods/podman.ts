import { LnPlayError } from '../core/errors.js';
import { PLAYGROUND_LABEL } from '../daemons/container.js';
import type { Command } from '../process/daemon-process.js';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ask, type KnownFailure } from './ask.js';
import {
  ABSENT,
  type Absence,
  type Cluster,
  type OwnedPlace,
  type PodState,
  type Tenancy,
  type Watcher,
} from './cluster.js';

const FAILURES: readonly KnownFailure[] = [
  {
    says: /short-name|unable to (pull|find)|initializing source|image not known|manifest unknown/i,
    code: 'STATE',
    what: 'An image is not on this machine, and cannot be pulled',
    hint: 'docs/containers.md says how it is made; `podman images` lists those there are',
  },
];

/** How often podman is asked how its pods do, in ms. */
const LOOK_MS = 500;
/** How long what lasts may take, in ms: pods that are made, and pods that end. */
const LASTS_MS = 300_000;
const GRACE_S = 30;
const LAST_LINES = 10;

interface Container {
  readonly Id: string;
  readonly StartedAt: number;
  readonly Names: readonly string[];
  readonly State: string;
  readonly ExitCode: number;
}

/** Pods of podman on this machine, on a network of their own. */
export class Podman implements Cluster {
  readonly place: Extract<OwnedPlace, { on: 'podman' }>;

  readonly logsAtOnce = 1;
  readonly #limitMs: number;

  /** @param limitMs how long a call may take, in ms */
  constructor(place: Extract<OwnedPlace, { on: 'podman' }>, limitMs: number) {
    this.place = place;
    this.#limitMs = limitMs;
  }

  get title(): string {
    return `podman's network ${this.place.network}`;
  }

  async tenancy(signal?: AbortSignal): Promise<Tenancy> {
    const there = await this.#network(signal);
    if (there !== 'of others') return there;
    throw new LnPlayError('STATE', `podman's network ${this.place.network} is in use: it is not this playground's`, {
      hint: 'choose another name with --namespace',
    });
  }

  /** A network of this name can be made once. */
  async claim(_: string, signal?: AbortSignal): Promise<void> {
    const { network, id } = this.place;
    await this.#ask(['network', 'create', '--label', `${PLAYGROUND_LABEL}=${id}`, network], { signal });
  }

  async apply(manifest: string, signal?: AbortSignal): Promise<void> {
    const args = ['kube', 'play', '--replace', '--network', this.place.network, '-'];
    await this.#ask(args, { input: manifest, signal, limitMs: LASTS_MS });
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

  async watch({ tell, caughtUp }: Watcher, signal: AbortSignal): Promise<void> {
    let before: ReadonlyMap<string, PodState> = new Map();
    while (!signal.aborted) {
      const now = await this.states(signal);
      for (const host of before.keys()) if (!now.has(host)) tell(host, undefined);
      for (const [host, state] of now) if (!isDeepStrictEqual(before.get(host), state)) tell(host, state);
      caughtUp();
      before = now;
      await delay(LOOK_MS, undefined, { signal }).catch(() => {}); // it has ended
    }
  }

  async whyAbsent(): Promise<Absence> {
    const gone = (await this.#network(undefined)) === 'absent' ? `${this.title} is not there any more` : undefined;
    return { gone, why: new Map() };
  }

  async lastLines(host: string): Promise<readonly string[]> {
    const text = await this.#ask(['logs', '--tail', String(LAST_LINES), containerOf(host)]);
    return text.split('\n').filter(Boolean);
  }

  async start(hosts: readonly string[]): Promise<void> {
    await this.#ask(['pod', 'start', ...hosts], { limitMs: LASTS_MS });
  }

  async restart(hosts: readonly string[]): Promise<void> {
    await this.start(hosts);
  }

  async stop(hosts?: readonly string[]): Promise<void> {
    const which = hosts ?? [...(await this.states()).keys()];
    if (which.length > 0) await this.#ask(['pod', 'stop', '--time', String(GRACE_S), ...which], { limitMs: LASTS_MS });
  }

  exec(host: string, command: readonly string[]): Command {
    return { command: 'podman', args: ['exec', '-i', containerOf(host), ...command] };
  }

  logs([host]: readonly string[], since?: Date): Command {
    const from = since === undefined ? [] : [`--since=${since.toISOString()}`];
    return { command: 'podman', args: ['logs', '-f', ...from, containerOf(host!)] };
  }

  loggedBy(line: string, [host]: readonly string[]): readonly [host: string, text: string] {
    return [host!, line];
  }

  async remove(): Promise<void> {
    const { network } = this.place;
    const hosts = [...(await this.states()).keys()];
    if (hosts.length > 0) await this.#ask(['pod', 'rm', '--force', ...hosts], { limitMs: LASTS_MS });
    const volumes = hosts.flatMap((host) => [`${host}-data`, `${host}-config`]);
    if (volumes.length > 0) await this.#ask(['volume', 'rm', '--force', ...volumes]);
    await this.#ask(['network', 'rm', '--force', network]);
  }

  async #ask(
    args: readonly string[],
    options: { readonly input?: string; readonly signal?: AbortSignal | undefined; readonly limitMs?: number } = {},
  ): Promise<string> {
    return await ask('podman', args, FAILURES, { limitMs: this.#limitMs, ...options });
  }
}

const containerOf = (host: string): string => `${host}-daemon`;

/** How a container ends that is asked to: by itself, by SIGTERM, or by SIGKILL after that. */
const ASKED = new Set([0, 143, 137]);

function stateOf({ State, ExitCode, Id, StartedAt }: Container): PodState {
  const known = { run: `${Id}/${StartedAt}`, crashes: 0 };
  if (State === 'running') return { ...known, phase: 'running' };
  if (State === 'exited' && !ASKED.has(ExitCode))
    return { ...known, phase: 'failed', why: `it exited with code ${ExitCode}` };
  return State === 'exited' ? ABSENT : { ...known, phase: 'starting', why: State };
}
