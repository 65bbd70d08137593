import { join } from 'node:path';
import { LnPlayError, systemCode } from '../../core/errors.js';
import { removeTree } from '../../core/files.js';
import { copyTree } from '../../snapshots/copy.js';
import { filesOf, treeOf, verifyImage, type Image } from '../../snapshots/image.js';
import { resolveExecutables } from '../executables.js';
import type { Layout } from '../layout.js';
import { readManifest } from '../manifest.js';
import type { Network, NetworkContext } from '../network.js';
import { planOf } from '../plan.js';
import { adapt, type Placing } from '../snapshots/place.js';
import { placeImage } from '../snapshots/restore.js';
import { makeImage } from '../snapshots/save.js';
import type { UpOptions } from '../up-options.js';
import { ImageCache } from './cache.js';
import { imageKey } from './key.js';

/** In the words of `placeImage`: who it is that a copy is made of. */
const OURS: Placing = { isCopy: true, whose: 'ours' };

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
export async function placeForGood(slot: ImageSlot, layout: Layout, { signal }: NetworkContext): Promise<boolean> {
  return await place(slot, async (image, title) => {
    await placeImage(image, layout, { name: 'a network made before', title }, undefined, { ...OURS, signal });
  });
}

/** As `placeForGood`, into a folder that goes with our process: a half of it is of no harm. */
export async function placeForNow(slot: ImageSlot, layout: Layout): Promise<boolean> {
  return await place(slot, (image, title) => copyInto(image, layout, title));
}

async function place(
  { cache, key }: ImageSlot,
  into: (image: Image, title: string) => Promise<void>,
): Promise<boolean> {
  const image = await cache.find(key);
  if (!image) return false;
  try {
    await into(image, `The image ${image.folder}`);
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

async function copyInto(image: Image, layout: Layout, title: string): Promise<void> {
  await verifyImage(image, title);
  const tree = treeOf(image.manifest);
  try {
    await copyTree(filesOf(image.folder), layout.dir, tree);
    await adapt(layout.dir, layout, OURS);
  } catch (error) {
    const names = new Set([...tree.folders, ...tree.files, ...tree.links].map((path) => path.split('/')[0]!));
    for (const name of names) await removeTree(join(layout.dir, name)); // a half of it is no beginning
    throw error;
  }
}

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
