import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
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

/**
 * Runs `body` while no other command puts something of its own in the place of one of these plugins on this node: each
 * puts back in the end what it found, so one inside the other would put back what is gone by then.
 *
 * @param files absolute; they have to be there
 * @throws {LnPlayError} LOCKED, naming plugin and holder
 */
export async function withPluginLocks<T>(
  node: Lightningd,
  files: readonly string[],
  body: () => Promise<T>,
): Promise<T> {
  const paths = new Set(await Promise.all(files.map((file) => realpath(file))));
  let locked = body;
  for (const path of paths) {
    const inner = locked;
    const name = `plugin-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
    locked = () => withNodeLock(node, name, `the plugin ${path} on ${node.name}`, inner);
  }
  return await locked();
}
