import { open } from 'node:fs/promises';
import { systemCode } from '../core/errors.js';

/** lightningd says its id once it has started, and nothing much before. */
const HEAD_BYTES = 256 * 1024;
const STARTED = /Server started with public key (0[23][0-9a-f]{64})/;

/** The id of a lightningd that need not run, as the beginning of its log has it; undefined if it never started. */
export async function loggedId(logFile: string): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(logFile, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return STARTED.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
  } finally {
    await handle.close();
  }
}
