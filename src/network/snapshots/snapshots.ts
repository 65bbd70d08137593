import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LnPlayError } from '../../core/errors.js';
import { verifyImage } from '../../snapshots/image.js';
import { inWorkFolder } from '../../snapshots/unfinished.js';
import { readManifest, type Manifest } from '../manifest.js';
import type { Network } from '../network.js';
import { statusOf } from '../status.js';
import { nameOfFile, unpack } from './carry.js';
import { difference, type SnapshotDiff } from './diff.js';
import { balanceOf } from './facts.js';
import { endAtOnce, killAll } from './held.js';
import type { LeftOut } from './place.js';
import { placeImage } from './restore.js';
import { assertRoom } from './room.js';
import { makeImage } from './save.js';
import {
  assertFree,
  assertSnapshotName,
  describe,
  discard,
  freeName,
  keep,
  listSnapshots,
  readSnapshot,
  titleOf,
  type Snapshot,
} from './store.js';

/** What a playground lets its snapshots do. */
export interface SnapshotHost {
  readonly network: Network;
  readonly signal: AbortSignal | undefined;
  /** Under the playground's lock. */
  readonly exclusively: <T>(body: () => Promise<T>) => Promise<T>;
  /** Another state is in the folder by now. */
  readonly become: (manifest: Manifest) => void;
  /** Whether its folder goes with our process, however that ends. */
  readonly isTemporary: () => boolean;
  /** Starts all there is; the caller has the lock. */
  readonly up: () => Promise<void>;
}

export interface RestoreOptions {
  /** Of a snapshot that was imported: also run what its configs name, plugins and all else. */
  readonly trust?: boolean | undefined;
}

export interface RestoreReport {
  readonly snapshot: Snapshot;
  /** Whether it ran before, and was started again. */
  readonly started: boolean;
  /** What an imported one's configs named, and is not run. */
  readonly leftOut: LeftOut;
}

/** The snapshots of a playground: copies of all that it is at a moment, chain and nodes together, in its `.snapshots`. */
export class Snapshots {
  readonly #host: SnapshotHost;

  constructor(host: SnapshotHost) {
    this.#host = host;
  }

  /**
   * Saves the playground as it stands, running or not. One that runs is held for as long as its files are copied.
   *
   * @param name by default the first of s1, s2, … that is free
   * @throws {LnPlayError} USAGE for a name that cannot be; STATE for one that is there; FILESYSTEM
   */
  async save(name?: string, options: { readonly note?: string | undefined } = {}): Promise<Snapshot> {
    if (name !== undefined) assertSnapshotName(name);
    const { network, exclusively } = this.#host;
    network.assertHere();
    const { layout } = network;
    return await exclusively(async () => {
      const own = name ?? (await freeName(layout));
      await assertFree(layout, own);
      return await inWorkFolder(layout.unfinished, 'save', own, async (folder) => {
        const image = await makeImage(network, await this.#manifest(), folder, options.note);
        await keep(layout, folder, own);
        return describe(own, image);
      });
    });
  }

  /** All there are, oldest first. */
  async list(): Promise<Snapshot[]> {
    return await listSnapshots(this.#host.network.layout);
  }

  /**
   * Puts the whole playground back as it was: chain, wallets, channels, invoices, plugins' data and configs; what was asked
   * for in the background by hand is off. All that happened since is lost. One that ran runs again.
   *
   * @throws {LnPlayError} USAGE if there is none; STATE for a damaged one, or what this machine's programs cannot go on with
   */
  async restore(name: string, { trust = false }: RestoreOptions = {}): Promise<RestoreReport> {
    const { network, signal, exclusively, become, up, isTemporary } = this.#host;
    network.assertHere();
    const { layout, steps } = network;
    return await exclusively(async () => {
      const image = await readSnapshot(layout, name);
      const before = await this.#manifest();
      const { web } = network.background.sections;
      let ran = false;
      const isOwn = isTemporary() && !image.manifest.imported;
      const end = async (): Promise<void> => {
        await assertRoom(network);
        ran = await (isOwn ? killAll : endAtOnce)(network);
      };
      const whose = image.manifest.imported && !trust ? 'else' : 'ours';
      const what = { name, title: titleOf(name) };
      const goes = { manifest: before, end };
      const placed = await steps.run(`put back ${name}`, () =>
        placeImage(image, layout, what, goes, { isCopy: false, whose, isOwn, signal }),
      );
      become(placed.manifest);
      if (ran) await up();
      // whoever looks on looks on at what is there now
      if (ran && web) await network.background.change((byHand) => ({ ...byHand, web }), network.wait);
      return { snapshot: describe(name, image), started: ran, leftOut: placed.leftOut };
    });
  }

  /** @throws {LnPlayError} USAGE if there is none */
  async remove(name: string): Promise<void> {
    const { network, exclusively } = this.#host;
    await exclusively(async () => {
      const names = (await this.list()).map((snapshot) => snapshot.name);
      if (!names.includes(name)) await readSnapshot(network.layout, name);
      await discard(network.layout, name);
    });
  }

  /**
   * What has happened since a snapshot was made.
   *
   * @throws {LnPlayError} STATE if the playground does not run, or did not when the snapshot was made
   */
  async diff(name: string): Promise<SnapshotDiff> {
    const { network } = this.#host;
    const { manifest } = await readSnapshot(network.layout, name);
    const { height, balance } = manifest;
    if (height === null || balance === null)
      throw new LnPlayError('STATE', `${titleOf(name)} was made while not all of the playground ran`, {
        hint: 'so nothing is known of its balances: restore it to see them',
      });
    const status = await statusOf(network);
    const now = await balanceOf(network, status.channels);
    if (status.bitcoind.blocks === null || now === null)
      throw new LnPlayError('STATE', `Not all of the playground in ${network.dir} runs`, {
        hint: 'start it: ln-play up',
      });
    return difference({ height, balance }, { height: status.bitcoind.blocks, balance: now });
  }

  /**
   * Writes a snapshot into one file (tar with gzip), for other folders, users and machines of the same kind. The keys of all
   * nodes and wallets are in it.
   *
   * @param file absolute, or relative to the current folder
   * @returns its path and size in bytes
   * @throws {LnPlayError} USAGE if there is no such snapshot; STATE for a damaged one, and where there is such a file; FILESYSTEM
   */
  async export(name: string, file: string): Promise<{ readonly file: string; readonly bytes: number }> {
    const { layout, steps } = this.#host.network;
    const path = resolve(file);
    const image = await readSnapshot(layout, name);
    await steps.run(`write ${path}`, async () => {
      await verifyImage(image, titleOf(name));
      const { packImage } = await import('../../snapshots/archive.js');
      await packImage(image, path);
    });
    return { file: path, bytes: (await stat(path)).size };
  }

  /**
   * Takes in a file that was exported, as a snapshot; nothing of it is run.
   *
   * @param name by default the file's
   * @throws {LnPlayError} STATE for a file that is none, damaged, of a later ln-play or another kind of machine; USAGE
   */
  async import(file: string, name = nameOfFile(file)): Promise<Snapshot> {
    const { network, exclusively } = this.#host;
    const { layout } = network;
    assertSnapshotName(name);
    return await exclusively(async () => {
      await assertFree(layout, name);
      return await inWorkFolder(layout.unfinished, 'import', name, async (folder) => {
        const image = await network.steps.run(`read ${file}`, () => unpack(resolve(file), folder));
        await keep(layout, folder, name);
        return describe(name, image);
      });
    });
  }

  /** Looks whether a snapshot's files are those that were saved. @throws {LnPlayError} STATE for a damaged one */
  async verify(name: string): Promise<void> {
    await verifyImage(await readSnapshot(this.#host.network.layout, name), titleOf(name));
  }

  async #manifest(): Promise<Manifest> {
    return (await readManifest(this.#host.network.layout))!; // under the lock it is there
  }
}
