import { randomUUID } from 'node:crypto';
import { access, constants, rename, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../core/cache-folder.js';
import { LnPlayError, systemCode } from '../../core/errors.js';
import { makePrivateFolder, namesIn, removeTree } from '../../core/files.js';
import { KnownDigests } from '../../core/known-digests.js';
import { assertOurs } from '../../core/ownership.js';
import { withLock } from '../../process/lock.js';
import { readImage, type Image } from '../../snapshots/image.js';

/** How many images are kept: those used last. */
const KEPT = 24;
const KEY = /^[0-9a-f]{32}$/;
/** What the name of a folder begins with that is no image yet, or none any more. */
const UNFINISHED = 'unfinished-';

export interface CachedImage {
  readonly key: string;
  readonly image: Image;
  readonly usedAt: Date;
}

/** Images of ready networks, kept from run to run in ln-play's cache. */
export class ImageCache {
  readonly folder: string;

  constructor(folder = join(cacheFolder(), 'networks')) {
    this.folder = folder;
  }

  /** Makes its folder. @returns whether it can be used: written by us, and by nobody else */
  async isUsable(): Promise<boolean> {
    try {
      assertOurs(this.folder, [], 'choose another cache with LN_PLAY_CACHE'); // before anything is put there
      await makePrivateFolder(this.folder);
      await access(this.folder, constants.W_OK);
      return true;
    } catch (error) {
      if (error instanceof LnPlayError || systemCode(error) !== undefined) return false;
      throw error;
    }
  }

  /**
   * The image of this key.
   *
   * @returns undefined where there is none, or it is damaged: then it is removed
   */
  async find(key: string): Promise<Image | undefined> {
    try {
      const image = await readImage(join(this.folder, key));
      if (!image) return undefined;
      await utimes(image.folder, new Date(), new Date());
      return { ...image, digests: new KnownDigests(join(image.folder, 'digests.json')) };
    } catch (error) {
      if (!(error instanceof LnPlayError)) throw error;
      await this.remove(key);
      return undefined;
    }
  }

  /** Has one process at a time make the image of this key. */
  async exclusively<T>(key: string, signal: AbortSignal | undefined, body: () => Promise<T>): Promise<T> {
    const what = `the network ${key} in ${this.folder}`;
    return await withLock(this.folder, `making-${key}`, { what, wait: 'wait', signal }, body);
  }

  /** Takes in an image that `make` makes in a folder; the ones that nobody has used for longest go. */
  async add(key: string, make: (folder: string) => Promise<Image>): Promise<void> {
    const staging = join(this.folder, `${UNFINISHED}${randomUUID()}`);
    try {
      await make(staging);
      await rename(staging, join(this.folder, key));
    } catch (error) {
      await removeTree(staging);
      throw error;
    }
    const all = await this.list();
    for (const old of all.slice(KEPT)) await this.remove(old.key);
  }

  /** All images, those used last first. */
  async list(): Promise<CachedImage[]> {
    const keys = (await namesIn(this.folder)).filter((name) => KEY.test(name));
    const all = await Promise.all(
      keys.map(async (key) => {
        const image = await readImage(join(this.folder, key)).catch(() => undefined); // `find` removes it
        return image ? [{ key, image, usedAt: (await stat(image.folder)).mtime }] : [];
      }),
    );
    return all.flat().sort((a, b) => b.usedAt.getTime() - a.usedAt.getTime());
  }

  /** Removes one as a whole: nobody finds half of it. */
  async remove(key: string): Promise<void> {
    const gone = join(this.folder, `${UNFINISHED}${randomUUID()}`);
    try {
      await rename(join(this.folder, key), gone);
    } catch {
      return; // another has removed it
    }
    await removeTree(gone);
  }

  /** Removes all images, and what was left unfinished. */
  async clear(): Promise<void> {
    for (const name of await namesIn(this.folder))
      if (KEY.test(name)) await this.remove(name);
      else if (name.startsWith(UNFINISHED)) await removeTree(join(this.folder, name));
  }
}
