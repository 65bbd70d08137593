import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../core/errors.js';
import { fileError, readIfThere, removeTree, writeWhole } from '../core/files.js';
import type { Layout } from './layout.js';

/*
 * A playground is unborn until its chain has its first blocks on disk. What is killed before leaves what nothing can go on
 * with: a half-made wallet, at which bitcoind aborts; nodes that have seen blocks that bitcoind then forgot. Nothing of
 * value can be in it yet, so it is made anew.
 */

/** To be called before anything of a new playground is started. */
export const markUnborn = (layout: Layout): Promise<void> =>
  writeWhole(layout.unborn, 'The first `ln-play up` has not come to its first blocks yet.\n');

/** To be called once the first blocks are on disk. */
export const markBorn = (layout: Layout): Promise<void> => removeTree(layout.unborn);

export const isUnborn = async (layout: Layout): Promise<boolean> => (await readIfThere(layout.unborn)) !== undefined;

/** Removes what the daemons made; their configs, logs and keys stay. None of them may run. */
export async function clearUnborn(layout: Layout, nodeNames: readonly string[]): Promise<void> {
  await removeTree(join(layout.bitcoinDatadir, 'regtest'));
  for (const folder of nodeNames.map((name) => join(layout.lightningDir(name), 'regtest')))
    for (const name of await namesIn(folder)) if (name !== 'hsm_secret') await removeTree(join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return [];
    throw fileError('read', folder, cause);
  }
}
