import type { Implementation } from '../daemons/implementation.js';
import type { Images } from '../export/workloads.js';
import type { OwnedPlace, PodsPlace } from '../pods/cluster.js';

/** What one may say of a playground whose daemons run in pods. */
export interface PodsOptions {
  readonly place: PodsPlace;
  /** What a node runs that does not say; Core Lightning by default. */
  readonly nodeKind?: Implementation | undefined;
  readonly images?: Partial<Images> | undefined;
}

/** The same, as its manifest has it. */
export interface PodsRecord extends PodsOptions {
  readonly place: OwnedPlace;
  readonly nodeKind: Implementation;
  /** Of bitcoind's RPC. */
  readonly password: string;
}
