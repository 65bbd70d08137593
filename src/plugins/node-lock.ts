import { join } from 'node:path';
import { makePrivateFolder } from '../core/files.js';
import type { Lightningd } from '../daemons/lightningd.js';
import { withLock } from '../process/lock.js';

/**
 * Runs `body` while no other command runs one of this name on this node.
 *
 * @param what the locked thing as a person says it: "the RPC trace of l1"
 * @throws {LnPlayError} LOCKED, naming the holder
 */
export async function withNodeLock<T>(
  node: Lightningd,
  name: string,
  what: string,
  body: () => Promise<T>,
): Promise<T> {
  const locks = join(node.lightningDir, '.locks');
  await makePrivateFolder(locks);
  return await withLock(locks, name, { what, wait: 'fail' }, body);
}
