import { open, type FileHandle } from 'node:fs/promises';
import { LnPlayError, messageOf, systemCode } from '../core/errors.js';

/** A network of a hundred nodes has some ten KB. */
export const MOST_BYTES = 1024 * 1024;
const MOST_TRIES = 5;

/**
 * The text of a file, read as a whole while nobody writes to it.
 *
 * @param name as errors call it
 * @throws {LnPlayError} USAGE for what is no file of text, or has more than `mostBytes`; STATE where it never stands still
 */
export async function readText(file: string, name: string, mostBytes: number = MOST_BYTES): Promise<string> {
  const bytes = await readWhole(file, name, mostBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LnPlayError('USAGE', `${name}:${badLine(bytes)}:1: this is not UTF-8`, {
      hint: 'save it as UTF-8 text',
    });
  }
}

async function readWhole(file: string, name: string, mostBytes: number): Promise<Buffer> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT')
      throw new LnPlayError('USAGE', `There is no file ${name}`, {
        hint: 'name another, or make one: ln-play topology star:4 > ln-play.yaml',
        cause,
      });
    throw new LnPlayError('USAGE', `${name} cannot be read: ${messageOf(cause)}`, { hint: 'name another', cause });
  });
  try {
    return await unchanging(handle, name, mostBytes);
  } finally {
    await handle.close();
  }
}

/**
 * What an open file has, once it was the same before it was read and after.
 *
 * @throws {LnPlayError} as `readText`
 */
export async function unchanging(
  handle: Pick<FileHandle, 'stat' | 'read'>,
  name: string,
  mostBytes: number,
): Promise<Buffer> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const before = await handle.stat();
    if (before.isDirectory())
      throw new LnPlayError('USAGE', `${name} is a folder`, { hint: `name a file in it: ${name}/ln-play.yaml` });
    const bytes = await bytesOf(handle, before.isFile(), name, mostBytes);
    const after = await handle.stat();
    if (!before.isFile() || (before.size === after.size && before.mtimeMs === after.mtimeMs)) return bytes;
  }
  throw new LnPlayError('STATE', `${name} changes while it is read`, { hint: 'try again once it is written' });
}

async function bytesOf(
  handle: Pick<FileHandle, 'read'>,
  isFile: boolean,
  name: string,
  mostBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let length = 0; ;) {
    const chunk = Buffer.alloc(64 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, isFile ? length : null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    length += bytesRead;
    chunks.push(chunk.subarray(0, bytesRead));
    if (length > mostBytes)
      throw new LnPlayError('USAGE', `${name} is too large: more than ${Math.round(mostBytes / 1024)} KiB`, {
        hint: 'is it a network file? to make one of an exported graph: ln-play topology --from FILE',
      });
  }
}

/** The first line that is not UTF-8. */
function badLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, from);
    const until = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, until));
    } catch {
      return line;
    }
    from = until;
  }
  return line;
}
