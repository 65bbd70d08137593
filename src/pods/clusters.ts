import type { Cluster, OwnedPlace, PodsPlace } from './cluster.js';
import { Kubectl } from './kubernetes/kubectl.js';
import { Podman } from './podman.js';

type Make = (place: OwnedPlace, limitMs: number) => Cluster;

/** What runs the pods of each place: a row for each. */
const CLUSTERS = {
  kubernetes: (place, limitMs) => new Kubectl(place as Extract<OwnedPlace, { on: 'kubernetes' }>, limitMs),
  podman: (place, limitMs) => new Podman(place as Extract<OwnedPlace, { on: 'podman' }>, limitMs),
} as const satisfies { readonly [K in PodsPlace['on']]: Make };

/** How long a call of kubectl or podman may take, in ms. */
const LIMIT_MS = 30_000;

/** @param timeoutMs what the user gives each wait, where that is less than a call's usual limit */
export const clusterOf = (place: OwnedPlace, timeoutMs = LIMIT_MS): Cluster =>
  CLUSTERS[place.on](place, Math.min(timeoutMs, LIMIT_MS));
