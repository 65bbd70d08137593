import { join } from 'node:path';
import { LnPlayError, throwIfAborted } from '../../core/errors.js';
import { makePrivateFolder, namesIn } from '../../core/files.js';
import { copyTree, readTree } from '../../snapshots/copy.js';
import { syncTree } from '../../snapshots/durable.js';
import { filesOf, treeOf, verifyImage, type Image } from '../../snapshots/image.js';
import { newStateOf, prepareSwap, swapState } from '../../snapshots/swap.js';
import { inWorkFolder } from '../../snapshots/unfinished.js';
import type { Layout } from '../layout.js';
import type { Manifest } from '../manifest.js';
import { adapt, stateOf, type LeftOut, type Placing } from './place.js';
import { assertGoesOn } from './versions.js';

/** What is put into a playground's folder. */
export interface Placed {
  readonly manifest: Manifest;
  readonly leftOut: LeftOut;
}

/** What is there already, and goes. */
export interface Before {
  readonly manifest: Manifest;
  /** Ends whatever of it runs. Called when all is ready to be put in its place. */
  readonly end: () => Promise<void>;
}

/**
 * Puts what an image has in the place of a playground's state, as a whole or not at all. The caller has the playground's
 * lock; nothing is started.
 *
 * @param what the image, as a person says it
 * @throws {LnPlayError} STATE for an image that is damaged, or that this machine's programs cannot go on with; FILESYSTEM
 */
export async function placeImage(
  image: Image,
  layout: Layout,
  what: { readonly name: string; readonly title: string },
  before: Before | undefined,
  placing: Placing,
): Promise<Placed> {
  return await placeState(layout, what.name, before, placing, async (folder) => {
    await verifyImage(image, what.title, !placing.isOwn || image.digests !== undefined);
    await copyTree(filesOf(image.folder), folder, treeOf(image.manifest));
    return async (manifest) => {
      if (!placing.isOwn) await assertGoesOn(image.manifest, manifest, what.title, layout.unfinished);
    };
  });
}

/**
 * As `placeImage`, of a state that `copy` brings into a folder.
 *
 * @param copy gives what then checks the programs that are to run
 */
export async function placeState(
  layout: Layout,
  name: string,
  before: Before | undefined,
  placing: Placing,
  copy: (folder: string) => Promise<(manifest: Manifest) => Promise<void>>,
): Promise<Placed> {
  const { signal } = placing;
  return await inWorkFolder(layout.unfinished, 'restore', name, async (work) => {
    await makePrivateFolder(work);
    const folder = newStateOf(work);
    const check = await copy(folder);
    const placed = await adapt(folder, layout, placing);
    await check(placed.manifest);
    const goes = before ? stateOf(before.manifest) : [];
    await assertNothingInTheWay(layout, placed.manifest, goes);
    await syncTree(folder, await readTree(folder, await namesIn(folder)));
    throwIfAborted(signal);
    await prepareSwap(work, name, goes);
    await before?.end();
    await swapState(layout.dir, work);
    return placed;
  });
}

/** @throws {LnPlayError} FILESYSTEM if there is something else of the user's where a node's folder would be */
async function assertNothingInTheWay(layout: Layout, manifest: Manifest, goes: readonly string[]): Promise<void> {
  const there = await namesIn(layout.dir);
  const inTheWay = stateOf(manifest).find((name) => there.includes(name) && !goes.includes(name));
  if (inTheWay !== undefined)
    throw new LnPlayError(
      'FILESYSTEM',
      `${join(layout.dir, inTheWay)} is in the way, and is no part of the playground`,
      {
        hint: 'move it away first',
      },
    );
}
