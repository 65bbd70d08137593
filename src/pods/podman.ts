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
  {
    says: /executable file not found|invoke a command that was not found/,
    code: 'STATE',
    what: 'An image has not got the daemon that is to run in it',
    hint: 'docs/containers.md says which images there are; `ln-play up --on podman --image KIND=IMAGE` takes another one',
  },
];

/** How often podman is asked how its pods do, in ms. */
const LOOK_MS = 500;
/** How long what lasts may take, in ms: pods that are made, and pods that end. */
const LASTS_MS = 300_000;
const GRACE_S = 30;
const LAST_LINES = 10;
/** How often pods are tried to be removed. */
const TRIES = 5;
/**
 * How long one must have run that podman has started again, to be well, and how long one may have ended that it starts
 * again, in ms: it does so at once.
 */
const SETTLED_MS = 3_000;

interface Container {
  readonly Id: string;
  /** In seconds, as is the other. */
  readonly StartedAt: number;
  readonly ExitedAt: number;
  readonly Names: readonly string[];
  readonly State: string;
  readonly ExitCode: number;
}

/** Pods of podman on this machine, on a network of their own. */
export class Podman implements Cluster {
  readonly place: Extract<OwnedPlace, { on: 'podman' }>;

  readonly logsAtOnce = 1;
  readonly backsOff = false;
  readonly #limitMs: number;
  /** How often podman has started a container again, by its run. */
  #restarts: ReadonlyMap<string, number> = new Map();

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
    this.#restarts = await this.#restartsOf(containers, signal);
    return new Map(
      containers.map((each) => {
        const restarts = this.#restarts.get(runOf(each)) ?? 0;
        return [each.Names[0]!.replace(/-daemon$/, ''), stateOf(each, restarts)];
      }),
    );
  }

  /** Asked for those that have been started since the last time: `ps` doesn't tell. */
  async #restartsOf(containers: readonly Container[], signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const runs = new Map(containers.map((each) => [each.Id, runOf(each)]));
    const known = Array.from(this.#restarts).filter(([run]) => containers.some((each) => runOf(each) === run));
    const ids = Array.from(runs.keys()).filter((id) => !this.#restarts.has(runs.get(id)!));
    if (ids.length === 0) return new Map(known);
    const args = ['container', 'inspect', '--format', '{{.Id}} {{.RestartCount}}', ...ids];
    const text = await this.#ask(args, { signal }).catch(() => ''); // one has just gone
    const counted = Array.from(
      text.matchAll(/^(\w+) (\d+)$/gm),
      ([, id, count]) => [runs.get(id!)!, Number(count)] as const,
    );
    return new Map([...known, ...counted]);
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
    const { command, args } = withErrors(['logs', '--tail', String(LAST_LINES), containerOf(host)]);
    const text = await ask(command, args, FAILURES, { limitMs: this.#limitMs });
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
    return withErrors(['logs', '-f', ...from, containerOf(host!)]);
  }

  loggedBy(line: string, [host]: readonly string[]): readonly [host: string, text: string] {
    return [host!, line];
  }

  async remove(): Promise<void> {
    const { network } = this.place;
    // one whose image was not there has no container
    const filter = `label=${PLAYGROUND_LABEL}=${this.place.id}`;
    const hosts = (await this.#ask(['pod', 'ps', '--filter', filter, '--format', '{{.Name}}']))
      .split('\n')
      .filter(Boolean);
    if (hosts.length > 0) await this.#removePods(hosts);
    const volumes = hosts.flatMap((host) => [`${host}-data`, `${host}-config`]);
    if (volumes.length > 0) await this.#ask(['volume', 'rm', '--force', ...volumes]);
    await this.#ask(['network', 'rm', '--force', network]);
  }

  /** One that is just ending holds on to its mounts for a moment. */
  async #removePods(hosts: readonly string[]): Promise<void> {
    for (let tries = 1; ; tries++)
      try {
        await this.#ask(['pod', 'rm', '--force', '--ignore', ...hosts], { limitMs: LASTS_MS });
        return;
      } catch (error) {
        if (tries === TRIES) throw error;
        await delay(LOOK_MS);
      }
  }

  async #ask(
    args: readonly string[],
    options: { readonly input?: string; readonly signal?: AbortSignal | undefined; readonly limitMs?: number } = {},
  ): Promise<string> {
    return await ask('podman', args, FAILURES, { limitMs: this.#limitMs, ...options });
  }
}

const containerOf = (host: string): string => `${host}-daemon`;

/** Podman with what it says on its standard error among the rest: there go a daemon's own errors. */
const withErrors = (args: readonly string[]): Command => ({
  command: 'sh',
  args: ['-c', 'exec podman "$@" 2>&1', 'podman', ...args],
});

const runOf = ({ Id, StartedAt }: Container): string => `${Id}/${StartedAt}`;

/** How a container ends that is asked to: by itself, by SIGTERM, or by SIGKILL after that. */
const ASKED = new Set([0, 143, 137]);
const ENDED = new Set(['exited', 'stopped']);

const isSettled = (seconds: number): boolean => Date.now() - seconds * 1_000 > SETTLED_MS;

/** @param restarts how often podman has started it again */
function stateOf(container: Container, restarts: number): PodState {
  const { State, ExitCode, StartedAt, ExitedAt } = container;
  const run = runOf(container);
  if (State === 'running') {
    if (restarts === 0 || isSettled(StartedAt)) return { run, crashes: restarts, phase: 'running' };
    return { run, crashes: restarts, phase: 'starting', why: `it has ended ${restarts} times` };
  }
  if (!ENDED.has(State)) return { run, crashes: restarts, phase: 'starting', why: State };
  if (ASKED.has(ExitCode)) return ABSENT;
  const crashes = restarts + 1;
  const why = `it ended with exit code ${ExitCode}, ${crashes} times`;
  return { run, crashes, phase: isSettled(ExitedAt) ? 'ended' : 'starting', why };
}
