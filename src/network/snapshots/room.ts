import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { megabytes } from '../../core/bytes.js';
import { LnPlayError } from '../../core/errors.js';
import { freeBytes } from '../../core/files.js';
import { readTree } from '../../snapshots/copy.js';
import { bytesOnDisk } from '../../snapshots/image.js';
import type { Network } from '../network.js';

/** Where less than this is free on its disk, bitcoind stops by itself the next time it writes (nMinDiskSpace). */
const BITCOIND_NEEDS_BYTES = 50 * 1024 * 1024;

/**
 * Sees to it that a bitcoind that runs is not ended by what is about to be done: it is asked to write what it has in memory,
 * and a copy takes room.
 *
 * @param copied of what in the playground's folder there will be a copy, by name
 * @throws {LnPlayError} FILESYSTEM
 */
export async function assertRoom({ dir, bitcoind }: Network, copied: readonly string[] = []): Promise<void> {
  if (!bitcoind.daemon.attach()) return;
  const [free, needed] = await Promise.all([freeBytes(dir), bytesOf(dir, copied)]);
  if (free >= needed + BITCOIND_NEEDS_BYTES) return;
  const copy = needed === 0 ? '' : `, of which the copy would take ${megabytes(needed)}`;
  throw new LnPlayError('FILESYSTEM', `The disk is full: ${megabytes(free)} are free in ${dir}${copy}`, {
    details: [`bitcoind stops by itself where less than ${megabytes(BITCOIND_NEEDS_BYTES)} are free`],
    hint: 'nothing was changed: free some space, and try again',
  });
}

async function bytesOf(dir: string, names: readonly string[]): Promise<number> {
  if (names.length === 0) return 0;
  const { files } = await readTree(dir, names);
  const sizes = await Promise.all(files.map((file) => lstat(join(dir, file)).then(bytesOnDisk, () => 0))); // it may go meanwhile
  return sizes.reduce((sum, size) => sum + size, 0);
}
