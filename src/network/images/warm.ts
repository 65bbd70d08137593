import { LnPlayError, systemCode } from '../../core/errors.js';
import { resolveExecutables } from '../executables.js';
import type { Layout } from '../layout.js';
import { readManifest } from '../manifest.js';
import type { Network, NetworkContext } from '../network.js';
import { planOf } from '../plan.js';
import { placeImage } from '../snapshots/restore.js';
import { makeImage } from '../snapshots/save.js';
import type { UpOptions } from '../up-options.js';
import { ImageCache } from './cache.js';
import { imageKey } from './key.js';

/** Where the image of a network's like is kept, whether there is one yet or not. */
export interface ImageSlot {
  readonly cache: ImageCache;
  readonly key: string;
}

/**
 * The place in ln-play's cache of a network that is made anew.
 *
 * @returns undefined for what is another network each time, or depends on more than is told
 * @throws {LnPlayError} as `resolveExecutables`
 */
export async function slotOf(options: UpOptions, { signal }: NetworkContext): Promise<ImageSlot | undefined> {
  const { from, randomKeys, debugger: debug, pods } = options;
  const cache = new ImageCache();
  if (from !== undefined || randomKeys || debug || pods || !(await cache.isUsable())) return undefined;
  const { nodes, peers } = planOf(options, undefined);
  const { bitcoind, nodes: records } = await resolveExecutables(options, nodes, undefined, signal);
  const key = await imageKey({ nodes, peers, network: options.network, bitcoind, records }, cache.folder);
  return key === undefined ? undefined : { cache, key };
}

/**
 * Puts an image, if there is one, into a folder that has no playground yet. One that is damaged is removed, and none is used.
 *
 * @returns whether it is there now
 * @throws {LnPlayError} ABORTED; FILESYSTEM for the folder itself
 */
export async function placeFrom(
  { cache, key }: ImageSlot,
  layout: Layout,
  { signal }: NetworkContext,
): Promise<boolean> {
  const image = await cache.find(key);
  if (!image) return false;
  const what = { name: 'a network made before', title: `The image ${image.folder}` };
  try {
    await placeImage(image, layout, what, undefined, { isCopy: true, whose: 'ours', isOwn: true, signal });
    return true;
  } catch (error) {
    if (!isImageAtFault(error)) throw error;
    await cache.remove(key);
    return false;
  }
}

/** Whether it is damaged; or gone, since another has found that, or `ln-play cache clear` came. */
const isImageAtFault = (error: unknown): boolean =>
  error instanceof LnPlayError && (error.code === 'STATE' || systemCode(error.cause) === 'ENOENT');

/**
 * Starts a network, and keeps an image of it where there is none of its like. However many start at a time, one makes it,
 * and the others start from it.
 *
 * @param start uses the image that is there, if it gets the place for one
 */
export async function startKeepingImage<N extends Network>(
  options: UpOptions,
  context: NetworkContext,
  start: (slot: ImageSlot | undefined) => Promise<N>,
): Promise<N> {
  const slot = await slotOf(options, context);
  if (!slot) return await start(undefined);
  const { cache, key } = slot;
  const makingIt = async (network: N | undefined): Promise<N> =>
    await cache.exclusively(key, context.signal, async () => {
      const started = network ?? (await start(slot));
      if (!(await cache.find(key))) await keep(slot, started);
      return started;
    });
  if (!(await cache.find(key))) return await makingIt(undefined);
  const network = await start(slot);
  return (await cache.find(key)) ? network : await makingIt(network); // it was damaged
}

/** A cache that cannot be written is no reason to fail: the network is there. */
async function keep({ cache, key }: ImageSlot, network: Network): Promise<void> {
  try {
    const manifest = (await readManifest(network.layout))!;
    await cache.add(key, (folder) => makeImage(network, manifest, folder));
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code !== 'FILESYSTEM') throw error;
  }
}
