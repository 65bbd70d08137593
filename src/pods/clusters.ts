import type { Cluster, PodsPlace } from './cluster.js';
import { Kubectl } from './kubectl.js';
import { Podman } from './podman.js';

/** What runs the pods of each place: a row for each. */
const CLUSTERS = {
  kubernetes: (place: PodsPlace): Cluster => new Kubectl(place as Extract<PodsPlace, { on: 'kubernetes' }>),
  podman: (place: PodsPlace): Cluster => new Podman(place as Extract<PodsPlace, { on: 'podman' }>),
} as const satisfies { readonly [K in PodsPlace['on']]: (place: PodsPlace) => Cluster };

export const clusterOf = (place: PodsPlace): Cluster => CLUSTERS[place.on](place);
