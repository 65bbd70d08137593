import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../core/errors.js';

const POLL_MS = 100;

/** Yields what is written to a file behind `from`, as it grows, until the signal; begins anew when it is made anew. */
export async function* followFile(
  file: string,
  { from, signal }: { readonly from: number; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  let position = from;
  let inode: number | undefined;
  const decoder = new TextDecoder();
  while (!signal.aborted) {
    const piece = await readFrom(file, position, inode);
    if (piece) {
      ({ inode, position } = piece);
      if (piece.bytes.length > 0) yield decoder.decode(piece.bytes, { stream: true });
    }
    if (!piece?.bytes.length) await delay(POLL_MS, undefined, { signal }).catch(() => {}); // the loop sees the signal
  }
}

async function readFrom(file: string, position: number, inode: number | undefined) {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined; // not there yet, or just being replaced
    throw error;
  }
  try {
    const { size, ino } = await handle.stat();
    const start = size < position || (inode !== undefined && ino !== inode) ? 0 : position;
    const bytes = Buffer.alloc(Math.min(size - start, 1 << 20));
    await handle.read(bytes, 0, bytes.length, start);
    return { bytes, position: start + bytes.length, inode: ino };
  } finally {
    await handle.close();
  }
}
