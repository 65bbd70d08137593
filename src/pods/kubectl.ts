import { LnPlayError } from '../core/errors.js';
import { DAEMON_LABEL, PART_OF, PLAYGROUND_LABEL } from '../daemons/container.js';
import type { Command } from '../process/daemon-process.js';
import { ask, type KnownFailure } from './ask.js';
import type { Cluster, OwnedPlace, PodState } from './cluster.js';

/** All kinds that we make, those first that others hang on. */
const KINDS = 'statefulset,service,networkpolicy,configmap,secret,persistentvolumeclaim';
/** What a pod can be held up by that no waiting mends. */
const HOPELESS = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'CreateContainerConfigError']);

const FAILURES: readonly KnownFailure[] = [
  {
    says: /context ".*" does not exist|no context exists/i,
    code: 'STATE',
    what: 'kubectl has no such context',
    hint: 'kubectl config get-contexts lists them; name one with --context',
  },
  {
    says: /was refused|Unable to connect|no such host|i\/o timeout|couldn't get current server/i,
    code: 'CONNECTION',
    what: 'The cluster cannot be reached',
    hint: 'see whether `kubectl get nodes` works; choose another cluster with --context',
  },
  {
    says: /exceeded quota/i,
    code: 'STATE',
    what: "The namespace's quota is too small for this network",
    hint: 'ask who runs the cluster for more, or make the network smaller',
  },
  {
    says: /forbidden|cannot (create|get|list|patch|delete)/i,
    code: 'STATE',
    what: 'You have no rights to do this in the cluster',
    hint: 'ask who runs it for a namespace of your own, and name that with --namespace',
  },
];

interface Pod {
  readonly metadata: { readonly labels?: { readonly [key: string]: string }; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly image: string;
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
  };
}

/** A namespace of a Kubernetes cluster, by the user's own kubectl. */
export class Kubectl implements Cluster {
  readonly place: Extract<OwnedPlace, { on: 'kubernetes' }>;

  constructor(place: Extract<OwnedPlace, { on: 'kubernetes' }>) {
    this.place = place;
  }

  get title(): string {
    const { namespace, context } = this.place;
    return `namespace ${namespace} of ${context === undefined ? 'Kubernetes' : `Kubernetes (${context})`}`;
  }

  async assertUsable(signal?: AbortSignal): Promise<void> {
    const { namespace } = this.place;
    const text = await this.#ask(['get', 'namespace', namespace, '--ignore-not-found', '-o', 'json'], { signal });
    if (text.trim() === '') return;
    const { metadata } = JSON.parse(text) as Pod;
    if (metadata.labels?.[PLAYGROUND_LABEL] === this.place.id) return;
    const why =
      metadata.labels?.[PART_OF[0]] === PART_OF[1] ? 'another playground is in it' : 'ln-play has not made it';
    throw new LnPlayError('STATE', `The namespace ${namespace} is somebody else's: ${why}`, {
      hint: 'choose another name with --namespace',
    });
  }

  async apply(manifest: string, signal?: AbortSignal): Promise<void> {
    await this.#ask(['apply', '-f', '-'], { input: manifest, signal });
  }

  async states(signal?: AbortSignal): Promise<ReadonlyMap<string, PodState>> {
    const text = await this.#ask(['get', 'pods', '-l', this.#ours, '-o', 'json'], { signal });
    const { items } = JSON.parse(text) as { items: readonly Pod[] };
    return new Map(items.map((pod) => [pod.metadata.labels?.[DAEMON_LABEL] ?? '', stateOf(pod)]));
  }

  async start(host: string, signal?: AbortSignal): Promise<void> {
    await this.#ask(['scale', `statefulset/${host}`, '--replicas=1'], { signal });
  }

  async stop(host: string): Promise<void> {
    await this.#ask(['scale', `statefulset/${host}`, '--replicas=0']);
    await this.#ask(['wait', `pod/${host}-0`, '--for=delete', '--timeout=60s']);
  }

  exec(host: string, command: readonly string[]): Command {
    return { command: 'kubectl', args: [...this.#base, 'exec', '-i', `${host}-0`, '--', ...command] };
  }

  logs(host: string, since?: Date): Command {
    const from = since === undefined ? [] : [`--since-time=${since.toISOString()}`];
    return { command: 'kubectl', args: [...this.#base, 'logs', '-f', ...from, `${host}-0`] };
  }

  async remove(): Promise<void> {
    const { namespace } = this.place;
    await this.#ask(['delete', KINDS, '-l', this.#ours, '--ignore-not-found']);
    // the namespace itself only where we made it, and nobody has put something of their own into it
    const text = await this.#ask([
      'get',
      `${KINDS},pods,deployments,jobs`,
      '-l',
      `${PLAYGROUND_LABEL}!=${this.place.id}`,
      '-o',
      'json',
    ]);
    const { items } = JSON.parse(text) as { items: readonly { metadata: { name: string } }[] };
    if (items.some(({ metadata }) => metadata.name !== 'kube-root-ca.crt')) return;
    await this.#ask([
      'delete',
      'namespace',
      '-l',
      this.#ours,
      `--field-selector=metadata.name=${namespace}`,
      '--ignore-not-found',
    ]);
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
    options: { readonly input?: string; readonly signal?: AbortSignal | undefined } = {},
  ) {
    return await ask('kubectl', [...this.#base, ...args], FAILURES, options);
  }
}

function stateOf({ metadata, status }: Pod): PodState {
  if (metadata.deletionTimestamp !== undefined) return { phase: 'absent', why: 'it is being stopped' };
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  for (const { image, state } of containers) {
    const { reason, message } = state?.waiting ?? {};
    if (reason !== undefined && HOPELESS.has(reason))
      return { phase: 'failed', why: `${image}: ${reason}${message === undefined ? '' : `: ${message}`}` };
  }
  if (status.phase === 'Running' && containers.some(({ state }) => state?.running !== undefined))
    return { phase: 'running' };
  // one that was evicted is made anew by its set
  if (status.phase === 'Failed') return { phase: 'starting', why: status.message ?? status.reason ?? 'it failed' };
  const waiting = containers.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting?.reason;
  const unmet = status.conditions?.find(({ status: met, message }) => met === 'False' && message)?.message;
  return { phase: 'starting', why: waiting ?? unmet ?? status.phase ?? 'nothing is known of it yet' };
}
