import type { LightningdExecutable } from '../daemons/lightningd.js';
import type { Implementation } from '../daemons/implementation.js';
import { ClnNode } from './cln/cln-node.js';
import { PodNode } from './cln/pod-node.js';
import type { LightningNode } from './node.js';

type NodeClass = new (name: string, folder: string, executable: LightningdExecutable) => LightningNode;

/** Which class speaks with which implementation, and what people call it: a row for each. */
export const IMPLEMENTATIONS = {
  cln: { title: 'Core Lightning', Node: ClnNode },
  embedded: { title: 'the embedded lightningd', Node: ClnNode }, // a lightningd like any other
} as const satisfies { readonly [I in Implementation]: { readonly title: string; readonly Node: NodeClass } };

/** A node of any of them, with all that it has beyond what a network asks for. */
export type AnyNode = InstanceType<(typeof IMPLEMENTATIONS)[Implementation]['Node']>;

/** @param folder all of it lies there */
export function createNode(name: string, folder: string, executable: LightningdExecutable): AnyNode {
  const { implementation, pod } = executable;
  if (pod !== undefined) return new PodNode(name, folder, { ...executable, pod });
  return new IMPLEMENTATIONS[implementation].Node(name, folder, executable);
}
