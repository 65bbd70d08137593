import { LnPlayError } from '../core/errors.js';
import { readIfThere, writeWhole } from '../core/files.js';
import type { LightningdExecutable } from '../daemons/lightningd.js';
import type { Command } from '../process/daemon-process.js';
import type { Layout } from './layout.js';

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

/**
 * @returns undefined where there is no playground in the folder
 * @throws {LnPlayError} STATE for a file that is damaged or of a later version
 */
export async function readManifest(layout: Layout): Promise<Manifest | undefined> {
  const text = await readIfThere(layout.manifest);
  if (text === undefined) return undefined;
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text) as Partial<Manifest>;
  } catch (cause) {
    throw new LnPlayError('STATE', `${layout.manifest} is damaged: it is not JSON`, {
      hint: 'mend it by hand, or remove the playground with `ln-play destroy --yes`',
      cause,
    });
  }
  if (manifest.format !== FORMAT || !Array.isArray(manifest.nodes) || !manifest.bitcoind)
    throw new LnPlayError(
      'STATE',
      `${layout.manifest} has format ${String(manifest.format)}; this ln-play reads ${FORMAT}`,
      {
        hint: 'use the ln-play that made it, or remove it with `ln-play destroy --yes`',
      },
    );
  return manifest as Manifest;
}

export async function writeManifest(layout: Layout, manifest: Manifest): Promise<void> {
  await writeWhole(layout.manifest, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
