import { LnPlayError } from '../core/errors.js';
import type { NetworkLiteral } from '../network-file/schema.js';
import type { NetworkSpec, NodeSpec } from './spec.js';
import type { UpOptions } from './up-options.js';

/** What `Playground.up` and `Playground.start` take. `Name` are the names of its nodes, where they stand in the code. */
export interface PlaygroundOptions<Name extends string = string> extends Omit<UpOptions, 'network' | 'nodes'> {
  /**
   * How many nodes (2 for a new playground), called l1, l2, …; or their names; or what each is to be. A playground keeps
   * those that it has, and takes in what it has not.
   */
  readonly nodes?: number | readonly (Name | (NodeSpec & { readonly name: Name }))[] | undefined;
  /**
   * What the whole network is to be, in place of `nodes` and `peers`: the path of a network file, or what such a file has
   * as an object, or a NetworkSpec. What there is is brought to it.
   */
  readonly network?: string | NetworkLiteral<Name> | NetworkSpec | undefined;
}

/** What `Playground.start` takes. */
export type StartOptions<Name extends string = string> = Omit<PlaygroundOptions<Name>, 'dir'>;

/** What a node may be asked for by: its name, or that of its row with a number. */
export type NodeName<Name extends string> = Name | `${Name}${number}`;

/**
 * With the network read and checked, whichever way it was given; what reads it is loaded only then.
 *
 * @throws {LnPlayError} USAGE for a network that cannot be, or for one and `nodes` or `peers` besides
 */
export async function withNetworkRead({ network, ...options }: PlaygroundOptions): Promise<UpOptions> {
  if (network === undefined) return options;
  if (options.nodes !== undefined || options.peers !== undefined)
    throw new LnPlayError('USAGE', 'A network has its own nodes and peers', {
      hint: 'leave out `nodes` and `peers`, or put them into the network',
    });
  const { parseNetwork, readNetworkFile } = await import('../network-file/read.js');
  if (typeof network === 'string') return { ...options, network: (await readNetworkFile(network)).spec };
  if (!isSpec(network)) return { ...options, network: await parseNetwork(network) };
  const { networkLiteral } = await import('../network-file/write.js');
  return { ...options, network: await parseNetwork(networkLiteral(network)) };
}

const isSpec = (network: NetworkLiteral | NetworkSpec): network is NetworkSpec => Array.isArray(network.nodes);
