import { open } from 'node:fs/promises';
import { systemCode } from '../core/errors.js';

const WINDOW = 64 * 1024;

/**
 * The last lines of a text file, without reading all of it; none where there is no such file.
 *
 * @param from only what stands behind this byte
 */
export async function tailFile(file: string, lines: number, from = 0): Promise<string[]> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const start = Math.max(Math.min(from, size), size - Math.max(WINDOW, lines * 400));
    const buffer = Buffer.alloc(size - start);
    await handle.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8');
    const all = text.split('\n').filter((line) => line !== '');
    if (start > from && all.length > 1) all.shift(); // cut in its middle
    return all.slice(-lines);
  } finally {
    await handle.close();
  }
}
