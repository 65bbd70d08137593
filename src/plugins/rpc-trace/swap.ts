import { link, rename, stat, unlink } from 'node:fs/promises';
import { systemCode } from '../../core/errors.js';
import { fileError } from '../../core/files.js';

/**
 * A tracer's socket in the place of lightningd's, in such a way that there is one at every moment, and that anybody can
 * tell later, from the names alone, whether and how to put it back:
 *
 * - `lightning-rpc.tracer` is the tracer's socket;
 * - `lightning-rpc.real` is a second name of lightningd's socket;
 * - `lightning-rpc` is made a second name of the tracer's, by a rename over it.
 *
 * lightningd's socket is put back only while `lightning-rpc` still is the tracer's: a lightningd that was started
 * meanwhile has made a new one, and `lightning-rpc.real` is then the dead one of the old.
 */
export interface SwapPaths {
  readonly rpc: string;
  readonly real: string;
  readonly tracer: string;
}

export const swapPaths = (rpc: string): SwapPaths => ({ rpc, real: `${rpc}.real`, tracer: `${rpc}.tracer` });

/**
 * Puts the tracer's socket, which listens already, in the place of lightningd's.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function swapIn({ rpc, real, tracer }: SwapPaths): Promise<void> {
  const temporary = `${rpc}.swap`;
  try {
    await link(rpc, real);
    await removeIfThere(temporary);
    await link(tracer, temporary);
    await rename(temporary, rpc);
  } catch (cause) {
    throw fileError('replace', rpc, cause);
  }
}

/**
 * Puts lightningd's socket back, if it is not there, and removes what a tracer left behind: after a trace, or any time
 * after a tracer was killed. It does nothing if there is nothing to do.
 *
 * @throws {LnPlayError} FILESYSTEM
 */
export async function swapBack({ rpc, real, tracer }: SwapPaths): Promise<void> {
  try {
    const [rpcInode, tracerInode, realInode] = await Promise.all([rpc, tracer, real].map(inodeOf));
    if (realInode !== undefined) {
      if (rpcInode !== undefined && rpcInode === tracerInode) await rename(real, rpc);
      else await removeIfThere(real);
    } else if (rpcInode !== undefined && rpcInode === tracerInode) await removeIfThere(rpc);
    await removeIfThere(tracer);
    await removeIfThere(`${rpc}.swap`);
  } catch (cause) {
    throw fileError('put back', rpc, cause);
  }
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  try {
    return (await stat(path, { bigint: true })).ino;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
