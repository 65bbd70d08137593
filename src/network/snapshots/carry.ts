import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { LnPlayError } from '../../core/errors.js';
import { copyTree, readTree } from '../../snapshots/copy.js';
import { readImage, type Image } from '../../snapshots/image.js';
import { inWorkFolder } from '../../snapshots/unfinished.js';
import type { ExecutableOptions } from '../executables.js';
import { layoutOf, playgroundDir, type Layout } from '../layout.js';
import { readManifest, type Manifest } from '../manifest.js';
import type { Network } from '../network.js';
import { whileHeldToCopy } from './held.js';
import { overlap, stateOf, type LeftOut, type Placing } from './place.js';
import { placeImage, placeState } from './restore.js';
import { assertRoom } from './room.js';
import { namesOf, readSnapshot, titleOf } from './store.js';
import { assertPlatform } from './versions.js';

/** What a playground that is not there yet is made from. */
export interface Beginning {
  /** A file that was exported, the folder of a snapshot, or the name of one of the playground that is there by default. */
  readonly from: string;
  /** Also run what the configs in a file name: plugins and all else. */
  readonly trust?: boolean | undefined;
  readonly executables: ExecutableOptions;
  readonly signal: AbortSignal | undefined;
}

/**
 * Unpacks a file that was exported, into a folder.
 *
 * @throws {LnPlayError} STATE for what is no snapshot, damaged, of a later ln-play or of another kind of machine
 */
export async function unpack(file: string, folder: string): Promise<Image> {
  const { unpackImage } = await import('../../snapshots/archive.js');
  const image = await unpackImage(file, folder);
  assertPlatform(image.manifest, file);
  return image;
}

/** `talk` of `/tmp/talk.tar.gz`. */
export const nameOfFile = (file: string): string => basename(file).replace(/(\.tar)?(\.t?gz)?$/, '');

/**
 * Makes a playground of a snapshot, in a folder that has none; nothing is started. The caller has its lock.
 *
 * @returns what of somebody else's configs was left out
 * @throws {LnPlayError} USAGE if there is no such snapshot; STATE if the folder has a playground; as `placeImage`
 */
export async function beginFrom(layout: Layout, { from, trust = false, ...how }: Beginning): Promise<LeftOut> {
  await assertNone(layout, `snapshot restore NAME puts it back to one of its own snapshots`);
  const place = async (image: Image, title: string): Promise<LeftOut> => {
    const whose = image.manifest.imported && !trust ? 'else' : 'ours';
    const placing: Placing = { isCopy: true, whose, ...how };
    return (await placeImage(image, layout, { name: 'from', title }, undefined, placing)).leftOut;
  };
  const path = resolve(from);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile())
    return await inWorkFolder(layout.unfinished, 'import', 'from', async (folder) =>
      place(await unpack(path, folder), path),
    );
  const image = found?.isDirectory() ? await readImage(path) : undefined;
  if (image) return await place(image, path);
  const others = layoutOf(playgroundDir());
  if (!(await namesOf(others)).includes(from) && /[/.]/.test(from))
    throw new LnPlayError('USAGE', `${from} is no file or folder of a snapshot`, {
      hint: 'name a file that `ln-play snapshot export` has made, or a snapshot of the playground by default',
    });
  return await place(await readSnapshot(others, from), titleOf(from));
}

/**
 * Makes a second playground of one as it stands, with ports of its own; nothing is started. The caller has the lock of both.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function copyNetwork(
  network: Network,
  layout: Layout,
  exclusively: (body: () => Promise<void>) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Manifest> {
  const placing: Placing = { isCopy: true, whose: 'ours', signal };
  const placed = await placeState(layout, 'clone', undefined, placing, async (folder) => {
    await exclusively(async () => {
      const manifest = (await readManifest(network.layout))!;
      await assertRoom(network);
      await whileHeldToCopy(network, async () =>
        copyTree(network.dir, folder, await readTree(network.dir, stateOf(manifest))),
      );
    });
    return async () => {}; // its programs are those that run here
  });
  return placed.manifest;
}

/** @throws {LnPlayError} STATE for a folder that has a playground; USAGE for one in that which is copied, or around it */
export async function assertPlaceFor(network: Network, layout: Layout): Promise<void> {
  if (overlap(network.dir, layout.dir))
    throw new LnPlayError('USAGE', `${layout.dir} is in the playground that is copied, or around it`, {
      hint: 'choose a folder beside it',
    });
  await assertNone(layout, 'choose another folder');
}

async function assertNone(layout: Layout, hint: string): Promise<void> {
  if (await readManifest(layout))
    throw new LnPlayError('STATE', `There is a playground in ${layout.dir} already`, { hint });
}
