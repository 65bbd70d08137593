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

/**
 * Puts the image of a network's like, if there is one, into a folder that has no playground yet. One that is damaged is
 * removed, and none is used.
 *
 * @param durable false for a folder that goes with our process: a half of it is of no harm
 * @returns whether it is there now
 * @throws {LnPlayError} as `resolveExecutables`; ABORTED; FILESYSTEM for the folder itself
 */
export async function placeFromCache(
  layout: Layout,
  options: UpOptions,
  { signal }: NetworkContext,
  durable: boolean,
): Promise<boolean> {
  const cache = new ImageCache();
  const key = await keyOf(options, cache, signal);
  const image = key === undefined ? undefined : await cache.find(key);
  if (!image) return false;
  const title = `The image ${image.folder}`;
  try {
    if (durable)
      await placeImage(image, layout, { name: 'a network made before', title }, undefined, { ...OURS, signal });
    else await copyInto(image, layout, title);
    return true;
  } catch (error) {
    if (!isImageAtFault(error)) throw error;
    await cache.remove(key!);
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
 * @param start uses the image where there is one
 */
export async function startKeepingImage<N extends Network>(
  options: UpOptions,
  { signal }: NetworkContext,
  start: () => Promise<N>,
): Promise<N> {
  const cache = new ImageCache();
  const key = await keyOf(options, cache, signal);
  if (key === undefined) return await start();
  const makingIt = async (network: N | undefined): Promise<N> =>
    await cache.exclusively(key, signal, async () => {
      const started = network ?? (await start());
      if (!(await cache.find(key))) await keep(cache, key, started);
      return started;
    });
  if (!(await cache.find(key))) return await makingIt(undefined);
  const network = await start();
  return (await cache.find(key)) ? network : await makingIt(network); // it was damaged
}

/** @returns undefined for what is another network each time, or depends on more than is told */
async function keyOf(
  options: UpOptions,
  cache: ImageCache,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (options.randomKeys || options.debugger || options.pods || !(await cache.isUsable())) return undefined;
  const { nodes, peers } = planOf(options, undefined);
  const { bitcoind, nodes: records } = await resolveExecutables(options, nodes, undefined, signal);
  return await imageKey({ nodes, peers, network: options.network, bitcoind, records }, cache.folder);
}

/** A cache that cannot be written is no reason to fail: the network is there. */
async function keep(cache: ImageCache, key: string, network: Network): Promise<void> {
  try {
    const manifest = (await readManifest(network.layout))!;
    await cache.add(key, (folder) => makeImage(network, manifest, folder));
  } catch (error) {
    if (!(error instanceof LnPlayError) || error.code !== 'FILESYSTEM') throw error;
  }
}
