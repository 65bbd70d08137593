import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import type { LightningdExecutable } from '../daemons/lightningd.js';
import type { Command } from '../process/daemon-process.js';
import { isObject } from '../rpc/json-rpc.js';
import { assertOwnPlayground, type Layout } from './layout.js';
import { addedSinceFormat1 } from './manifest-1.js';
import type { PodsRecord } from './pods-record.js';
import type { Edge, NodeSpec } from './spec.js';

const FORMAT = 2;

/** What a playground is made of, on disk as `ln-play.json`. What runs is not in it: the process table knows that. */
export interface Manifest {
  readonly format: typeof FORMAT;
  /** The folder that the configs name: another than its own once somebody has copied or moved the playground. */
  readonly dir: string;
  readonly bitcoind: Command;
  readonly nodes: readonly NodeRecord[];
  readonly peers: readonly Edge[];
  /** Where its daemons run, if not on this machine. */
  readonly pods?: PodsRecord | undefined;
}

/**
 * A node as it was asked for, with the program that was found for it. Its options and plugins are in its config alone,
 * where a person may edit them.
 */
export interface NodeRecord extends Omit<NodeSpec, 'lightningd' | 'options' | 'plugins' | 'fundSat'> {
  readonly executable: LightningdExecutable;
  /** There while it is still to be sent what a network's spec has for a new node. */
  readonly unfunded?: true | undefined;
}

/** The error of a command that needs a playground, where there is none. */
export const noPlayground = ({ dir }: Layout): LnPlayError =>
  new LnPlayError('STATE', `There is no playground in ${dir}`, {
    hint: 'make one with `ln-play up`, or name its folder with --dir or LN_PLAY_DIR',
  });

/** The error of a command that names a node which is none of the playground's. */
export const noSuchNode = ({ dir }: Layout, name: string, names: readonly string[]): LnPlayError =>
  new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} in ${dir}`, {
    hint: `its nodes are ${names.join(', ')}`,
  });

export const noSuchDaemon = ({ dir }: Layout, name: string, names: readonly string[]): LnPlayError =>
  new LnPlayError('USAGE', `There is no ${JSON.stringify(name)} in ${dir}`, {
    hint: `choose one of ${names.join(', ')}`,
  });

/**
 * @returns undefined if there is no playground in the folder
 * @throws {LnPlayError} STATE for a file that is damaged or of a later version; FILESYSTEM where somebody else could have
 *   put it there, or a config beside it
 */
export async function readManifest(layout: Layout): Promise<Manifest | undefined> {
  assertOwnPlayground(layout);
  const text = await readIfThere(layout.manifest);
  if (text === undefined) return undefined;
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw damaged(layout, 'it is not JSON', cause);
  }
  if (!isObject(manifest)) throw damaged(layout, 'it is not a JSON object');
  const { format } = manifest;
  if (format !== FORMAT && format !== 1)
    throw new LnPlayError('STATE', `${layout.manifest} has format ${String(format)}, not ${FORMAT}`, {
      hint: 'use the ln-play that made it, or remove that folder by hand',
    });
  if (!hasPrograms(manifest)) throw damaged(layout, 'it lacks bitcoind or a node');
  const { bitcoind, nodes } = manifest;
  if (format === 1) {
    const added = await addedSinceFormat1(
      layout,
      nodes.map(({ name }) => name),
    );
    return { format: FORMAT, bitcoind, nodes, ...added };
  }
  if (!isManifest(manifest)) throw damaged(layout, 'it lacks its folder or its peers');
  return manifest;
}

function damaged({ dir, manifest }: Layout, why: string, cause?: unknown): LnPlayError {
  return new LnPlayError('STATE', `${manifest} is damaged: ${why}`, {
    hint: `mend it by hand, or remove ${dir} and begin anew with \`ln-play up\``,
    cause,
  });
}

/** What all formats have. */
const hasPrograms = (value: object): value is Pick<Manifest, 'bitcoind' | 'nodes'> => {
  const { bitcoind, nodes } = value as Partial<Manifest>;
  return isCommand(bitcoind) && Array.isArray(nodes) && nodes.length > 0 && nodes.every(isNodeRecord);
};

const isManifest = (value: object): value is Manifest => {
  const { dir, nodes, peers } = value as Manifest;
  const isNode = (name: unknown): boolean => nodes.some((node) => node.name === name);
  return typeof dir === 'string' && Array.isArray(peers) && peers.every((edge) => isEdge(edge) && edge.every(isNode));
};

const isEdge = (value: unknown): value is Edge => Array.isArray(value) && value.length === 2;

const isNodeRecord = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const { name, executable } = value;
  return typeof name === 'string' && isCommand(executable) && 'implementation' in executable;
};

const isCommand = (value: unknown): value is Command =>
  isObject(value) && typeof value['command'] === 'string' && Array.isArray(value['args']);

export async function writeManifest(layout: Layout, manifest: Manifest): Promise<void> {
  await writeWhole(layout.manifest, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
