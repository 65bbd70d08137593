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
 * `failed`: it won't get better by waiting.
 */
export interface PodState {
  readonly phase: 'absent' | 'starting' | 'running' | 'failed';
  readonly why?: string | undefined;
}

/** What we ask of whatever runs pods. Each daemon is one pod, called by its host name. */
export interface Cluster {
  readonly place: OwnedPlace;
  /** How a person calls it: `namespace play of Kubernetes`. */
  readonly title: string;
  /**
   * Whether it can be had, and is nobody else's.
   *
   * @throws {LnPlayError} MISSING_BINARY, STATE, CONNECTION
   */
  assertUsable(signal?: AbortSignal): Promise<void>;
  /** Makes or changes what is described there, and starts it. @param manifest YAML of Kubernetes */
  apply(manifest: string, signal?: AbortSignal): Promise<void>;
  /** How all pods do that are ours, by host. */
  states(signal?: AbortSignal): Promise<ReadonlyMap<string, PodState>>;
  /** Starts one that was stopped. */
  start(host: string, signal?: AbortSignal): Promise<void>;
  /** Has one end in order; its volume stays. */
  stop(host: string): Promise<void>;
  /** How a command is run in a pod, with our standard input and output. */
  exec(host: string, command: readonly string[]): Command;
  /** How its log is followed: what is kept of it, from a moment on where one is given, and what comes. */
  logs(host: string, since?: Date): Command;
  /** Removes all that is ours, and nothing else. */
  remove(): Promise<void>;
}
