import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import type { LightningdExecutable } from '../daemons/lightningd.js';
import type { Command } from '../process/daemon-process.js';
import { isObject } from '../rpc/json-rpc.js';
import { assertOwnPlayground, type Layout } from './layout.js';

const FORMAT = 1;

/** What a playground is made of, on disk as `ln-play.json`. What runs is not in it: the process table knows that. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly bitcoind: Command;
  readonly nodes: readonly NodeRecord[];
}

export interface NodeRecord {
  readonly name: string;
  readonly executable: LightningdExecutable;
}

/** The error of a command that needs a playground where there is none. */
export const noPlayground = ({ dir }: Layout): LnPlayError =>
  new LnPlayError('STATE', `There is no playground in ${dir}`, {
    hint: 'make one with `ln-play up`, or name its folder with --dir or LN_PLAY_DIR',
  });

/** The error of a command that names a node which is none of the playground's. */
export const noSuchNode = ({ dir }: Layout, name: string, names: readonly string[]): LnPlayError =>
  new LnPlayError('USAGE', `There is no node ${JSON.stringify(name)} in ${dir}`, {
    hint: `its nodes are ${names.join(', ')}`,
  });

/**
 * @returns undefined where there is no playground in the folder
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
  if (manifest['format'] !== FORMAT)
    throw new LnPlayError('STATE', `${layout.manifest} has format ${String(manifest['format'])}, not ${FORMAT}`, {
      hint: 'use the ln-play that made it, or remove that folder by hand',
    });
  if (!isManifest(manifest)) throw damaged(layout, 'it lacks bitcoind or a node');
  return manifest;
}

function damaged({ dir, manifest }: Layout, why: string, cause?: unknown): LnPlayError {
  return new LnPlayError('STATE', `${manifest} is damaged: ${why}`, {
    hint: `mend it by hand, or remove ${dir} and begin anew with \`ln-play up\``,
    cause,
  });
}

const isManifest = (value: object): value is Manifest => {
  const { bitcoind, nodes } = value as Partial<Manifest>;
  return isCommand(bitcoind) && Array.isArray(nodes) && nodes.length >= 2 && nodes.every(isNodeRecord);
};

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
