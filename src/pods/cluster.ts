import type { Command } from '../process/daemon-process.js';

/** Where the daemons of a playground run that are not processes of this machine: as its manifest has it. */
export type PodsPlace =
  | { readonly on: 'kubernetes'; readonly namespace: string; readonly context?: string | undefined }
  | { readonly on: 'podman'; readonly network: string };

/** A place, and the playground that it is taken by: what is made there has its id as a label. */
export type OwnedPlace = PodsPlace & { readonly id: string };

/**
 * How a pod does:
 * `absent`: there is none, or it was asked to stop;
 * `starting`: it isn't there yet; `why` is what it waits for;
 * `running`: its daemon runs, ready or not;
 * `ended`: its daemon has ended by itself, and is not started again;
 * `failed`: it won't get better by waiting.
 */
export interface PodState {
  readonly phase: 'absent' | 'starting' | 'running' | 'ended' | 'failed';
  readonly why?: string | undefined;
  /** What can be done about that. */
  readonly hint?: string | undefined;
  /** Another one each time that its daemon is started: what it logs is its own. */
  readonly run?: string | undefined;
  /** How often its daemon has ended by itself. */
  readonly crashes: number;
}

export const ABSENT: PodState = { phase: 'absent', crashes: 0 };

/**
 * Whose a place is: nobody's, since it isn't there; this playground's; or given to it, by somebody who made it and has
 * nothing in it.
 */
export type Tenancy = 'absent' | 'ours' | 'given';

export interface Watcher {
  /** undefined for one that has gone. */
  readonly tell: (host: string, state: PodState | undefined) => void;
  /** All that there are have been told. */
  readonly caughtUp: () => void;
}

export interface Absence {
  /** The place itself is not there any more: what that is called. */
  readonly gone?: string | undefined;
  /** What whoever makes the pods says, by host. */
  readonly why: ReadonlyMap<string, string>;
}

/** What we ask of whatever runs pods. Each daemon is one pod, called by its host name. */
export interface Cluster {
  readonly place: OwnedPlace;
  /** How a person calls it: `namespace play of Kubernetes`. */
  readonly title: string;
  /** Of how many pods one program follows the logs. */
  readonly logsAtOnce: number;
  /** Whether it lets more and more time go by before it starts again what crashes. */
  readonly backsOff: boolean;
  /**
   * Whether it can be had.
   *
   * @throws {LnPlayError} MISSING_BINARY, CONNECTION; STATE where it is somebody else's
   */
  tenancy(signal?: AbortSignal): Promise<Tenancy>;
  /**
   * Makes what takes the place for this playground, unless somebody else was quicker.
   *
   * @param manifest YAML of Kubernetes
   * @throws {LnPlayError} STATE
   */
  claim(manifest: string, signal?: AbortSignal): Promise<void>;
  /** Makes or changes what is described there, and starts it. */
  apply(manifest: string, signal?: AbortSignal): Promise<void>;
  /** How all pods do that are ours, by host. */
  states(signal?: AbortSignal): Promise<ReadonlyMap<string, PodState>>;
  /** Tells how each pod does that is ours, and each change, until the signal or an error. */
  watch(watcher: Watcher, signal: AbortSignal): Promise<void>;
  /** Why pods are not there that were asked for. */
  whyAbsent(): Promise<Absence>;
  /** The last lines of what its daemon logged before it ended last. */
  lastLines(host: string): Promise<readonly string[]>;
  /** Starts those that were stopped. */
  start(hosts: readonly string[]): Promise<void>;
  /** Starts those anew that cannot run as they are, and does not wait for that; their volumes stay. */
  restart(hosts: readonly string[]): Promise<void>;
  /** Has them end in order, and does not wait for that; their volumes stay. All that are ours by default. */
  stop(hosts?: readonly string[]): Promise<void>;
  /** How a command is run in a pod, with our standard input and output. */
  exec(host: string, command: readonly string[]): Command;
  /** How logs are followed: what is kept of them, from a moment on where one is given, and what comes. */
  logs(hosts: readonly string[], since?: Date): Command;
  /** Which pod a line of that is from, and the line. */
  loggedBy(line: string, hosts: readonly string[]): readonly [host: string, text: string];
  /** Removes all that is ours, and nothing else. */
  remove(): Promise<void>;
}
