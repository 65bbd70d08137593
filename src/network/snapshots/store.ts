import { rename } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { LnPlayError, messageOf } from '../../core/errors.js';
import { fileError, makePrivateFolder, namesIn, removeTree } from '../../core/files.js';
import { sync } from '../../snapshots/durable.js';
import { readImage, type Image, type ImageManifest } from '../../snapshots/image.js';
import { ENDED } from '../../nodes/node.js';
import type { Layout } from '../layout.js';

const NAME = /^[A-Za-z0-9][\w.-]{0,63}$/;

/** A snapshot of a playground. */
export interface Snapshot {
  readonly name: string;
  readonly note: string | undefined;
  readonly created: Date;
  /** undefined if nothing ran that could be asked. */
  readonly height: number | undefined;
  readonly nodes: ImageManifest['nodes'];
  /** How many channels there were; undefined if nothing ran that could be asked. */
  readonly channelCount: number | undefined;
  /** Bytes that its files take on disk, holes not counted. */
  readonly bytes: number;
  /** Versions of what made it. */
  readonly lnPlay: string;
  readonly bitcoind: string | undefined;
  /** Whether it came from a file: what its configs name besides is not run, unless it is asked for. */
  readonly imported: boolean;
  /** Why it cannot be used; all else is unknown then. */
  readonly problem: string | undefined;
}

export const folderOf = ({ snapshots }: Layout, name: string): string => join(snapshots, name);
export const titleOf = (name: string): string => `The snapshot ${name}`;

/** @throws {LnPlayError} USAGE for what cannot be a snapshot's name */
export function assertSnapshotName(name: string): void {
  if (!NAME.test(name))
    throw new LnPlayError('USAGE', `${JSON.stringify(name)} cannot be a snapshot's name`, {
      hint: 'up to 64 letters, digits, `.`, `-` or `_`, for example before-upgrade',
    });
}

/** The names of all snapshots there are. */
export const namesOf = async ({ snapshots }: Layout): Promise<string[]> =>
  (await namesIn(snapshots)).filter((name) => NAME.test(name));

/** The first of `s1`, `s2`, … that is free. */
export async function freeName(layout: Layout): Promise<string> {
  const taken = new Set(await namesOf(layout));
  for (let count = 1; ; count++) if (!taken.has(`s${count}`)) return `s${count}`;
}

/** @throws {LnPlayError} STATE if there is one of that name; USAGE if it cannot be one */
export async function assertFree(layout: Layout, name: string): Promise<void> {
  assertSnapshotName(name);
  if ((await namesOf(layout)).includes(name))
    throw new LnPlayError('STATE', `There is a snapshot ${name} already`, {
      hint: `choose another name, or remove it: ln-play snapshot rm ${name}`,
    });
}

/** @throws {LnPlayError} USAGE, naming those there are; STATE for a damaged one */
export async function readSnapshot(layout: Layout, name: string): Promise<Image> {
  const names = await namesOf(layout);
  const image = names.includes(name) ? await readImage(folderOf(layout, name)) : undefined;
  if (image) return image;
  if (names.includes(name))
    throw new LnPlayError('STATE', `${titleOf(name)} has no image.json`, { hint: `ln-play snapshot rm ${name}` });
  throw new LnPlayError('USAGE', `There is no snapshot ${JSON.stringify(name)} of the playground in ${layout.dir}`, {
    hint: names.length > 0 ? `there are ${names.join(', ')}` : 'make one: ln-play snapshot save',
  });
}

/** All snapshots, oldest first; those that are damaged with what is wrong. */
export async function listSnapshots(layout: Layout): Promise<Snapshot[]> {
  const all = await Promise.all(
    (await namesOf(layout)).map(async (name) => {
      try {
        return describe(name, await readSnapshot(layout, name));
      } catch (error) {
        return { ...UNKNOWN, name, problem: messageOf(error) };
      }
    }),
  );
  return all.sort((a, b) => a.created.getTime() - b.created.getTime());
}

const UNKNOWN: Omit<Snapshot, 'name' | 'problem'> = {
  note: undefined,
  created: new Date(0),
  height: undefined,
  nodes: [],
  channelCount: undefined,
  bytes: 0,
  lnPlay: '',
  bitcoind: undefined,
  imported: false,
};

export function describe(name: string, { manifest }: Image): Snapshot {
  const { note, created, height, nodes, balance, diskBytes, lnPlay, bitcoind, imported } = manifest;
  return {
    name,
    note: note ?? undefined,
    created: new Date(created),
    height: height ?? undefined,
    nodes,
    channelCount: balance?.channels.filter(({ phase }) => !ENDED.has(phase)).length,
    bytes: diskBytes,
    lnPlay,
    bitcoind: bitcoind.version ?? undefined,
    imported,
    problem: undefined,
  };
}

/** Gives an image that is complete, and on disk, its place among the snapshots. @throws {LnPlayError} FILESYSTEM */
export async function keep(layout: Layout, folder: string, name: string): Promise<void> {
  const target = folderOf(layout, name);
  await makePrivateFolder(layout.snapshots);
  try {
    await rename(folder, target);
  } catch (cause) {
    throw fileError('make', target, cause);
  }
  await sync(layout.snapshots);
}

/** Removes one as a whole. @throws {LnPlayError} FILESYSTEM */
export async function discard(layout: Layout, name: string): Promise<void> {
  const gone = join(layout.unfinished, `rm-${name}.done-${randomUUID()}`);
  await makePrivateFolder(layout.unfinished);
  try {
    await rename(folderOf(layout, name), gone);
  } catch (cause) {
    throw fileError('remove', folderOf(layout, name), cause);
  }
  await removeTree(gone);
  await removeTree(layout.unfinished);
}
