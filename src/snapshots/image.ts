import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { LnPlayError, systemCode } from '../core/errors.js';
import { fileError, makePrivateFolder, namesIn, readIfThere, writeWhole } from '../core/files.js';
import { eachAtOnce } from '../core/in-parallel.js';
import { digestOf, type KnownDigests } from '../core/known-digests.js';
import { AT_ONCE, copyTree, isZeros, readTree, ZEROS, type Tree } from './copy.js';
import { syncTree } from './durable.js';

export const FORMAT = 1;
/** What a file takes on disk, of what stat says: `blocks` are of 512 bytes. */
export const bytesOnDisk = ({ blocks }: Stats): number => blocks * 512;
/** Nobody's playground has so many files; whoever says so wants us out of memory. */
export const MOST_MANIFEST_BYTES = 64 * 1024 * 1024;

/*
 * An image is the state of a playground at one moment: a folder with `files`, which is a copy, and `image.json`, which says
 * what it is a copy of. What a playground is, this folder does not know: it copies what it is told to.
 */

/** What is said of an image by whoever made it; `image.json`, with what it is made of. */
export interface ImageFacts {
  readonly note: string | null;
  /** When it was made, ISO 8601. */
  readonly created: string;
  readonly lnPlay: string;
  /** `linux-x64`: what its files are for. */
  readonly platform: string;
  /** Whether it came from a file, perhaps somebody else's. */
  readonly imported: boolean;
  readonly bitcoind: { readonly version: string | null };
  readonly nodes: readonly ImageNode[];
  /** null where nothing ran that could be asked. */
  readonly height: number | null;
  /** What the nodes had, to compare with; null where nothing ran that could be asked. */
  readonly balance: ImageBalance | null;
}

export interface ImageNode {
  readonly name: string;
  readonly implementation: string;
  readonly version: string | null;
}

/** What a network had at a moment; amounts in msat, as text. */
export interface ImageBalance {
  readonly channels: readonly {
    /** The names or ids of who opened it, and of the other end. */
    readonly from: string;
    readonly to: string;
    readonly shortChannelId: string | null;
    readonly phase: string;
    readonly capacityMsat: string;
    readonly oursMsat: string;
  }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly onchainMsat: string;
    readonly invoices: { readonly made: number; readonly paid: number; readonly receivedMsat: string };
  }[];
}

export interface ImageFile {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly sha256: string;
  /** From this byte on it is zeros alone, so that they need not be read to be copied; where that is not told, to its end. */
  readonly dataBytes?: number | undefined;
}

export interface ImageManifest extends ImageFacts {
  readonly format: typeof FORMAT;
  /** What its files take on this disk, in bytes: holes take nothing. */
  readonly diskBytes: number;
  readonly folders: readonly string[];
  readonly files: readonly ImageFile[];
  readonly links: readonly { readonly path: string; readonly to: string }[];
}

/** An image in a folder. */
export interface Image {
  readonly folder: string;
  readonly manifest: ImageManifest;
  /** What is known of its files, so that what is as it was is not read again. */
  readonly digests?: KnownDigests | undefined;
}

export const platform = (): string => `${process.platform}-${process.arch}`;
export const filesOf = (folder: string): string => join(folder, 'files');
export const manifestOf = (folder: string): string => join(folder, 'image.json');
export const treeOf = ({ folders, files, links }: ImageManifest): Tree => ({
  folders,
  files: files.map(({ path }) => path),
  links: links.map(({ path }) => path),
  dataBytes: new Map(files.flatMap(({ path, dataBytes }) => (dataBytes === undefined ? [] : [[path, dataBytes]]))),
});

/** First half of an image: the copy, of what does not change meanwhile. @param names of what in `from` is state */
export async function copyState(from: string, names: readonly string[], folder: string): Promise<Tree> {
  await makePrivateFolder(folder);
  const tree = await readTree(from, names);
  await copyTree(from, filesOf(folder), tree);
  return tree;
}

/** Second half of an image: its manifest, and all of it on disk. @throws {LnPlayError} FILESYSTEM */
export async function sealImage(folder: string, tree: Tree, facts: ImageFacts): Promise<Image> {
  const files: ImageFile[] = [];
  let diskBytes = 0;
  await eachAtOnce(AT_ONCE, tree.files, async (path) => {
    const file = join(filesOf(folder), path);
    const found = await lstat(file);
    diskBytes += bytesOnDisk(found);
    const { sha256, dataBytes } = await readThrough(file);
    const zeros = dataBytes < found.size ? { dataBytes } : {};
    files.push({ path, size: found.size, mode: found.mode & 0o777, sha256, ...zeros });
  });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const links = await Promise.all(
    tree.links.map(async (path) => ({ path, to: await readlink(join(filesOf(folder), path)) })),
  );
  const manifest: ImageManifest = { format: FORMAT, ...facts, diskBytes, folders: tree.folders, files, links };
  await syncTree(filesOf(folder), tree);
  await writeImageManifest(folder, manifest);
  return { folder, manifest };
}

export async function writeImageManifest(folder: string, manifest: ImageManifest): Promise<void> {
  await writeWhole(manifestOf(folder), `${JSON.stringify(manifest, undefined, 1)}\n`);
  await syncTree(folder, { folders: [], files: [] });
}

/** Its digest, and from where on it is zeros alone, to a chunk. */
async function readThrough(file: string): Promise<{ readonly sha256: string; readonly dataBytes: number }> {
  const hash = createHash('sha256');
  let at = 0;
  let dataBytes = 0;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: ZEROS.length })) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      at += bytes.length;
      if (!isZeros(bytes)) dataBytes = at;
    }
  } catch (cause) {
    throw fileError('read', file, cause);
  }
  return { sha256: hash.digest('hex'), dataBytes };
}

/**
 * The image in a folder, as its manifest has it; its files are not looked at.
 *
 * @returns undefined where there is none
 * @throws {LnPlayError} STATE for one that is damaged, or of a later ln-play
 */
export async function readImage(folder: string): Promise<Image | undefined> {
  const text = await readIfThere(manifestOf(folder));
  return text === undefined ? undefined : { folder, manifest: parseManifest(text, folder) };
}

/**
 * @param what whose manifest it is, as a person says it
 * @throws {LnPlayError} STATE
 */
export function parseManifest(text: string, what: string): ImageManifest {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (cause) {
    throw damaged(what, 'its image.json is not JSON', cause);
  }
  const { format, lnPlay } = (manifest ?? {}) as Partial<ImageManifest>;
  if (typeof format === 'number' && format > FORMAT) {
    const by = /^[\w.+-]{1,60}$/.test(String(lnPlay)) ? String(lnPlay) : 'of a version that it does not tell'; // it is shown
    throw new LnPlayError('STATE', `${what} was made by a later ln-play (${by}): it has format ${format}`, {
      hint: `this one reads format ${FORMAT}: use a later ln-play`,
    });
  }
  const why = whyNoManifest(manifest);
  if (why !== undefined) throw damaged(what, `its image.json ${why}`);
  return manifest as ImageManifest;
}

function whyNoManifest(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is no object';
  const { format, files, folders, links, nodes, created, bitcoind, platform: of } = value as Partial<ImageManifest>;
  if (format !== FORMAT) return `has format ${String(format)}`;
  if (typeof created !== 'string' || typeof of !== 'string' || !bitcoind) return 'lacks its facts';
  if (!Array.isArray(nodes) || !nodes.every((node) => typeof node?.name === 'string')) return 'lacks its nodes';
  if (!Array.isArray(files) || !files.every(isFile)) return 'lacks its files';
  if (!Array.isArray(folders) || !folders.every((path) => typeof path === 'string')) return 'lacks its folders';
  if (!Array.isArray(links) || !links.every((link) => typeof link?.path === 'string')) return 'lacks its links';
  const paths = [...folders, ...files.map(({ path }) => path), ...links.map(({ path }) => path)];
  const outside = paths.find((path) => !isInside(path));
  if (outside !== undefined) return `names something outside its folder: ${JSON.stringify(outside)}`;
  if (new Set(paths).size < paths.length) return 'names something twice';
  return undefined;
}

const isFile = (value: unknown): boolean => {
  const { path, size, mode, sha256 } = (value ?? {}) as Partial<ImageFile>;
  const isSize = Number.isSafeInteger(size) && size! >= 0;
  return typeof path === 'string' && isSize && Number.isSafeInteger(mode) && /^[0-9a-f]{64}$/.test(String(sha256));
};

/** Whether a path stays in the folder that it is taken in: relative, with `/`, without `..` or what else leads away. */
export const isInside = (path: string): boolean =>
  !/[\0\\]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/**
 * Looks whether an image's files and links are those that its manifest says, no more and no fewer.
 *
 * @param what the image, as a person says it
 * @param isRead whether what is in them is looked at, too
 * @throws {LnPlayError} STATE for a damaged one; FILESYSTEM
 */
export async function verifyImage({ folder, manifest, digests }: Image, what: string, isRead = true): Promise<void> {
  const root = filesOf(folder);
  const digest = async (path: string): Promise<string> => {
    try {
      return await (digests ? digests.of(path) : digestOf(path));
    } catch (cause) {
      throw fileError('read', path, cause);
    }
  };
  await eachAtOnce(AT_ONCE, manifest.files, async (file) => {
    const found = await lstatIfThere(join(root, file.path));
    if (!found?.isFile()) throw damaged(what, `${file.path} is missing`);
    if (found.size !== file.size) throw damaged(what, `${file.path} has ${found.size} bytes, not ${file.size}`);
    if (isRead && (await digest(join(root, file.path))) !== file.sha256)
      throw damaged(what, `${file.path} is another than was saved`);
  });
  await digests?.save();
  const { files, links } = await readTree(root, await namesIn(root));
  for (const { path, to } of manifest.links) {
    if (!links.includes(path)) throw damaged(what, `the link ${path} is missing`);
    const leads = await readlink(join(root, path)).catch((cause: unknown) => {
      throw fileError('read', join(root, path), cause);
    });
    if (leads !== to) throw damaged(what, `the link ${path} leads to ${leads}, not to ${to}`);
  }
  const known = new Set([...manifest.files, ...manifest.links].map(({ path }) => path));
  const more = [...files, ...links].find((path) => !known.has(path));
  if (more !== undefined) throw damaged(what, `${more} is in it, and was not saved`);
}

async function lstatIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return undefined;
    throw fileError('read', path, cause);
  }
}

export const damaged = (what: string, why: string, cause?: unknown): LnPlayError =>
  new LnPlayError('STATE', `${what} is damaged: ${why}`, {
    hint: 'take another, or have whoever made it send it again',
    ...(cause === undefined ? {} : { cause }),
  });
