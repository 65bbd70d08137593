import type { Cluster, OwnedPlace, PodsPlace } from './cluster.js';
import { Kubectl } from './kubectl.js';
import { Podman } from './podman.js';

/** What runs the pods of each place: a row for each. */
const CLUSTERS = {
  kubernetes: (place: OwnedPlace): Cluster => new Kubectl(place as Extract<OwnedPlace, { on: 'kubernetes' }>),
  podman: (place: OwnedPlace): Cluster => new Podman(place as Extract<OwnedPlace, { on: 'podman' }>),
} as const satisfies { readonly [K in PodsPlace['on']]: (place: OwnedPlace) => Cluster };

export const clusterOf = (place: OwnedPlace): Cluster => CLUSTERS[place.on](place);
