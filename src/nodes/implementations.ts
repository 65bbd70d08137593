import type { LightningdExecutable } from '../daemons/lightningd.js';
import type { Implementation } from '../daemons/implementation.js';
import { ClnNode } from './cln/cln-node.js';
import { PodNode } from './cln/pod-node.js';
import type { LightningNode } from './node.js';

/** What a network's spec may ask of a node for a single channel, and an implementation can't do: why, and what can be done. */
export type CannotDo = Partial<Record<'cltvDelta' | 'htlcMinMsat' | 'htlcMaxMsat' | 'confirmations', string>>;

const OF_THE_NODE = 'it has one for all its channels: set its option';

type NodeClass = new (name: string, folder: string, executable: LightningdExecutable) => LightningNode;

/** Which class speaks with which implementation, what people call it, and what it can't do: a row for each. */
export const IMPLEMENTATIONS = {
  cln: {
    title: 'Core Lightning',
    Node: ClnNode,
    cannot: { cltvDelta: `${OF_THE_NODE} cltv-delta` },
    leastCltvDelta: 1,
  },
  embedded: {
    title: 'the embedded lightningd',
    Node: ClnNode, // a lightningd like any other
    leastCltvDelta: 42, // LDK's MIN_CLTV_EXPIRY_DELTA
    cannot: {
      htlcMinMsat: `${OF_THE_NODE} htlc-minimum-msat`,
      htlcMaxMsat: 'LDK sets it itself, to all that the channel carries',
      confirmations: 'it waits for as many as the other end asks for: set that node’s option funding-confirms',
    },
  },
} as const satisfies {
  readonly [I in Implementation]: {
    readonly title: string;
    readonly Node: NodeClass;
    readonly cannot: CannotDo;
    /** In blocks. */
    readonly leastCltvDelta: number;
  };
};

/** A node of any of them, with all that it has beyond what a network asks for. */
export type AnyNode = InstanceType<(typeof IMPLEMENTATIONS)[Implementation]['Node']>;

/** @param folder all of it lies there */
export function createNode(name: string, folder: string, executable: LightningdExecutable): AnyNode {
  const { implementation, pod } = executable;
  if (pod !== undefined) return new PodNode(name, folder, { ...executable, pod });
  return new IMPLEMENTATIONS[implementation].Node(name, folder, executable);
}
