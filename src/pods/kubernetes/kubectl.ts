import { LnPlayError } from '../../core/errors.js';
import { DAEMON_LABEL, PART_OF, PLAYGROUND_LABEL } from '../../daemons/container.js';
import type { Command } from '../../process/daemon-process.js';
import { startStream } from '../../process/stream-child.js';
import { JsonFramer } from '../../rpc/framing.js';
import { ask, failureOf, KnownError, type KnownFailure } from '../ask.js';
import { type Absence, type Cluster, type OwnedPlace, type PodState, type Tenancy, type Watcher } from '../cluster.js';
import { ALREADY_THERE, FAILURES, FORBIDDEN, NAMESPACE_GONE, NONE_SELECTED, NOT_FOUND } from './failures.js';
import { hostOf, stateOf, type Pod } from './pod.js';

type Place = Extract<OwnedPlace, { on: 'kubernetes' }>;

/** All kinds that we make, those first that others hang on. */
const KINDS = 'statefulset,service,networkpolicy,configmap,secret,persistentvolumeclaim';
/** What says that a namespace is in use; a new one has a config map and a service account of its own. */
const IN_USE = 'statefulset,service,persistentvolumeclaim,pod';
/** How long a call may take that lasts, in ms: one that makes many things, and one that waits for pods to end. */
const APPLY_MS = 120_000;
const DELETE_MS = 300_000;
/** How many lines of a log tell why a daemon ended. */
const LAST_LINES = 10;

interface Event {
  readonly involvedObject: { readonly name: string };
  readonly message?: string;
}

/** A namespace of a Kubernetes cluster, by the user's own kubectl. */
export class Kubectl implements Cluster {
  readonly place: Place;
  readonly logsAtOnce = 100;
  readonly backsOff = true;
  readonly #limitMs: number;

  /** @param limitMs how long a call may take, in ms */
  constructor(place: Place, limitMs: number) {
    this.place = place;
    this.#limitMs = limitMs;
  }

  get title(): string {
    const { namespace, context } = this.place;
    return `namespace ${namespace} of ${context === undefined ? 'Kubernetes' : `Kubernetes (${context})`}`;
  }

  async tenancy(signal?: AbortSignal): Promise<Tenancy> {
    const namespace = await this.#namespace(signal);
    if (namespace === 'absent') return 'absent';
    const { labels = {}, deletionTimestamp } = namespace?.metadata ?? {};
    if (deletionTimestamp !== undefined)
      throw new LnPlayError('STATE', `The namespace ${this.place.namespace} is being deleted`, {
        hint: NAMESPACE_GONE.hint,
      });
    if (labels[PLAYGROUND_LABEL] === this.place.id) return 'ours';
    if (labels[PLAYGROUND_LABEL] !== undefined) throw this.#taken('another playground is in it');
    if (labels[PART_OF[0]] === PART_OF[1]) throw this.#taken('a network that was exported is in it');
    const others = await this.#list(IN_USE, `${PLAYGROUND_LABEL}!=${this.place.id}`, signal);
    if (others.some(({ metadata }) => metadata.labels?.[PLAYGROUND_LABEL] !== undefined))
      throw this.#taken('another playground is in it');
    const [first] = others;
    if (first) throw this.#taken(`${first.metadata.name} is in it, among others`);
    return 'given';
  }

  /** Undefined where we may not look at it: whoever gave it to us let us into it alone. */
  async #namespace(signal: AbortSignal | undefined): Promise<Pod | 'absent' | undefined> {
    try {
      const args = ['get', 'namespace', this.place.namespace, '--ignore-not-found', '-o', 'json'];
      const text = await this.#ask(args, { signal });
      return text.trim() === '' ? 'absent' : (JSON.parse(text) as Pod);
    } catch (error) {
      if (is(error, FORBIDDEN)) return undefined;
      throw error;
    }
  }

  #taken(why: string): LnPlayError {
    return new LnPlayError('STATE', `The namespace ${this.place.namespace} is in use: ${why}`, {
      hint: 'choose another name with --namespace',
    });
  }

  async claim(manifest: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#ask(['create', '-f', '-'], { input: manifest, signal });
    } catch (error) {
      if (!is(error, ALREADY_THERE)) throw error;
      const ours = await this.#list('namespace,secret', this.#ours, signal).catch(() => []);
      if (ours.length === 0) throw this.#taken('another playground is in it');
    }
  }

  async apply(manifest: string, signal?: AbortSignal): Promise<void> {
    // on the server's side it is one request for each object; replicas are the scale's, too
    const args = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
    await this.#ask(args, { input: manifest, signal, limitMs: Math.max(this.#limitMs, APPLY_MS) });
  }

  async states(signal?: AbortSignal): Promise<ReadonlyMap<string, PodState>> {
    const pods = await this.#list('pods', this.#ours, signal);
    return new Map(pods.map((pod) => [hostOf(pod), stateOf(pod)]));
  }

  async watch({ tell, caughtUp }: Watcher, signal: AbortSignal): Promise<void> {
    const known = new Set<string>();
    while (!signal.aborted) {
      // the watch begins with what there is, and does not say what has gone since the last one ended
      const now = await this.states(signal);
      for (const host of known) if (!now.has(host)) tell(host, undefined);
      for (const [host, state] of now) {
        known.add(host);
        tell(host, state);
      }
      caughtUp();
      const args = ['get', 'pods', '-l', this.#ours, '--watch', '--output-watch-events', '-o', 'json'];
      const { stream, ended, kill } = startStream({ command: 'kubectl', args: [...this.#base, ...args] });
      signal.addEventListener('abort', kill, { once: true });
      stream.end();
      const framer = new JsonFramer();
      for await (const chunk of stream)
        for (const text of framer.push(chunk as Buffer)) {
          const { type, object } = JSON.parse(text) as { type: string; object: Pod };
          if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') continue;
          known.add(hostOf(object));
          tell(hostOf(object), type === 'DELETED' ? undefined : stateOf(object));
        }
      const { code, said } = await ended;
      signal.removeEventListener('abort', kill);
      // an API server ends a watch after a while; only what fails says so
      if (code !== 0 && !signal.aborted) throw failureOf('kubectl', said, FAILURES);
    }
  }

  async whyAbsent(): Promise<Absence> {
    const namespace = await this.#namespace(undefined);
    if (namespace === 'absent' || namespace?.metadata.deletionTimestamp !== undefined)
      return { gone: `the namespace ${this.place.namespace} is not there any more`, why: new Map() };
    const selector = 'involvedObject.kind=StatefulSet,type=Warning';
    const text = await this.#ask(['get', 'events', `--field-selector=${selector}`, '-o', 'json']);
    const { items } = JSON.parse(text) as { items: readonly Event[] };
    return { why: new Map(items.map(({ involvedObject, message = '' }) => [involvedObject.name, message])) };
  }

  async lastLines(host: string): Promise<readonly string[]> {
    const last = ['logs', `${host}-0`, `--tail=${LAST_LINES}`];
    const text = await this.#ask([...last, '--previous']).catch(() => this.#ask(last));
    return text.split('\n').filter(Boolean).slice(-LAST_LINES);
  }

  async start(hosts: readonly string[]): Promise<void> {
    await this.#scale(hosts.map(setOf), 1);
  }

  async restart(hosts: readonly string[]): Promise<void> {
    await this.#scale(hosts.map(setOf), 1);
    await this.#ask(['delete', 'pod', ...hosts.map((host) => `${host}-0`), '--ignore-not-found', '--wait=false']);
  }

  async stop(hosts?: readonly string[]): Promise<void> {
    try {
      await this.#scale(hosts?.map(setOf) ?? ['statefulset', '-l', this.#ours], 0);
    } catch (error) {
      // what is not there has stopped, and the others have been scaled all the same
      if (!is(error, NOT_FOUND, NAMESPACE_GONE, NONE_SELECTED)) throw error;
    }
  }

  async #scale(which: readonly string[], replicas: number): Promise<void> {
    const limitMs = Math.max(this.#limitMs, APPLY_MS * Number(which.length > 1));
    await this.#ask(['scale', ...which, `--replicas=${replicas}`], { limitMs });
  }

  exec(host: string, command: readonly string[]): Command {
    return { command: 'kubectl', args: [...this.#base, 'exec', '-i', `${host}-0`, '--', ...command] };
  }

  logs(hosts: readonly string[], since?: Date): Command {
    const from = since === undefined ? [] : [`--since-time=${since.toISOString()}`];
    const which = ['-l', `${this.#ours},${DAEMON_LABEL} in (${hosts.join(',')})`, `--max-log-requests=${hosts.length}`];
    const args = ['logs', '-f', '--prefix', '--ignore-errors', '--tail=-1', ...from, ...which];
    return { command: 'kubectl', args: [...this.#base, ...args] };
  }

  loggedBy(line: string): readonly [host: string, text: string] {
    const [, host = '', text = ''] = /^\[pod\/(\S+)-0\/[^\]]*\] ?(.*)$/s.exec(line) ?? [];
    return [host, text];
  }

  async remove(): Promise<void> {
    const { namespace } = this.place;
    const waits = { limitMs: Math.max(this.#limitMs, DELETE_MS) };
    await this.#ask(['delete', KINDS, '-l', this.#ours, '--ignore-not-found'], waits);
    // the namespace itself only where we made it, and nobody has put something of their own into it
    const others = await this.#list(`${KINDS},pods,deployments,jobs`, `${PLAYGROUND_LABEL}!=${this.place.id}`).catch(
      (error: unknown) => {
        if (is(error, FORBIDDEN)) return undefined;
        throw error;
      },
    );
    if (!others || others.some(({ metadata }) => metadata.name !== 'kube-root-ca.crt')) return;
    const which = ['-l', this.#ours, `--field-selector=metadata.name=${namespace}`, '--ignore-not-found'];
    await this.#ask(['delete', 'namespace', ...which], waits).catch((error: unknown) => {
      if (!is(error, FORBIDDEN)) throw error; // we may not even look whether it is ours: then we have not made it
    });
  }

  async #list(kinds: string, selector: string, signal?: AbortSignal): Promise<readonly Pod[]> {
    const text = await this.#ask(['get', kinds, '-l', selector, '-o', 'json'], { signal });
    return (JSON.parse(text) as { items: readonly Pod[] }).items;
  }

  /** A selector of what is this playground's. */
  get #ours(): string {
    return `${PLAYGROUND_LABEL}=${this.place.id}`;
  }

  get #base(): readonly string[] {
    const { namespace, context } = this.place;
    return [...(context === undefined ? [] : [`--context=${context}`]), `--namespace=${namespace}`];
  }

  async #ask(
    args: readonly string[],
    options: { readonly input?: string; readonly signal?: AbortSignal | undefined; readonly limitMs?: number } = {},
  ): Promise<string> {
    return await ask('kubectl', [...this.#base, ...args], FAILURES, { limitMs: this.#limitMs, ...options });
  }
}

const setOf = (host: string): string => `statefulset/${host}`;

const is = (error: unknown, ...failures: readonly KnownFailure[]): boolean =>
  error instanceof KnownError && failures.includes(error.failure);
