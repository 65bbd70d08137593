import type { Layout } from './layout.js';
import { readManifest } from './manifest.js';
import type { Network, NetworkContext } from './network.js';
import type { LeftOut } from './snapshots/place.js';
import type { UpOptions } from './up-options.js';

/*
 * What a new playground may begin from besides nothing: a snapshot, or the image of one of its like. What does it is loaded
 * for new playgrounds alone.
 */

/**
 * Where `from` says of what: makes it in the folder, and starts nothing. The caller has the folder's lock.
 *
 * @returns what was left out of it; undefined where there is no `from`
 */
export async function placeSnapshot(
  layout: Layout,
  options: UpOptions,
  { signal }: NetworkContext,
): Promise<LeftOut | undefined> {
  const { from, trust, bitcoind, lightningd, lightningdOf, onDownload } = options;
  if (from === undefined) return undefined;
  const { beginFrom } = await import('./snapshots/carry.js');
  const executables = { bitcoind, lightningd, lightningdOf, onDownload };
  return await beginFrom(layout, { from, trust, executables, signal });
}

/** Puts the image of its like into a folder that has no playground. @returns whether there was one */
export async function placeImageOfLike(layout: Layout, options: UpOptions, context: NetworkContext): Promise<boolean> {
  if (options.cold || (await readManifest(layout))) return false;
  const { placeFrom, slotOf } = await import('./images/warm.js');
  const slot = await slotOf(options, context);
  return slot !== undefined && (await placeFrom(slot, layout, context));
}

/** See `startKeepingImage` of images/warm.ts. @param start gets what puts an image into the folder, if there is one */
export async function startKeepingImage<N extends Network>(
  layout: Layout,
  options: UpOptions,
  context: NetworkContext,
  start: (place: () => Promise<boolean>) => Promise<N>,
): Promise<N> {
  const warm = await import('./images/warm.js');
  return await warm.startKeepingImage(options, context, (slot) =>
    start(async () => slot !== undefined && (await warm.placeFrom(slot, layout, context))),
  );
}
