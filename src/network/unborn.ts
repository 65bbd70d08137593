import { join } from 'node:path';
import { readIfThere, removeTree, writeWhole } from '../core/files.js';
import type { LightningNode } from '../nodes/node.js';
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
export async function clearUnborn(layout: Layout, nodes: readonly Pick<LightningNode, 'forget'>[]): Promise<void> {
  await removeTree(join(layout.bitcoinDatadir, 'regtest'));
  for (const node of nodes) await node.forget();
}
