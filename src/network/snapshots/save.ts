import { copyState, sealImage, type Image } from '../../snapshots/image.js';
import type { Manifest } from '../manifest.js';
import type { Network } from '../network.js';
import { factsOf } from './facts.js';
import { whileHeldToCopy } from './held.js';
import { stateOf } from './place.js';
import { assertRoom } from './room.js';

/**
 * Makes an image of a network as it stands, running or not, in a folder that is made. It is held for as long as it takes to
 * copy its files. The caller has the playground's lock.
 *
 * @throws {LnPlayError} FILESYSTEM; what is in the folder then is of no use
 */
export async function makeImage(network: Network, manifest: Manifest, folder: string, note?: string): Promise<Image> {
  await assertRoom(network, stateOf(manifest));
  const facts = await factsOf(network, manifest, note);
  const tree = await network.steps.run('copy', () =>
    whileHeldToCopy(network, () => copyState(network.dir, stateOf(manifest), folder)),
  );
  return await network.steps.run('sync', () => sealImage(folder, tree, facts));
}
