import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { systemCode, throwIfAborted } from '../../../core/errors.js';
import { failure } from './failures.js';
import { requestRest, type RequestOptions } from './request.js';

export interface DownloadOptions extends RequestOptions {
  /** Of the whole file, in hex. */
  readonly sha256: string;
}

/** What the name of a file that is not whole yet ends in. */
export const PARTIAL = '.part';

/** More often than this a connection doesn't break by chance. */
const TRIES = 5;
const SMALL_BYTES = 1_000_000;

/**
 * Brings a file here, going on with what is there of it already, and over connections that break. Only its hash says that
 * it is whole: what has another one is removed.
 *
 * @throws {LnPlayError} DOWNLOAD; FILESYSTEM; ABORTED
 */
export async function downloadWhole(url: URL, file: string, options: DownloadOptions): Promise<void> {
  const { goods, sha256, signal } = options;
  const before = await sizeOf(file);
  if (before > 0 && (await hashOf(file)) === sha256) return;
  await download(url, file, options);
  let hash = await hashOf(file);
  if (hash !== sha256 && before > 0) {
    await rm(file, { force: true }); // what was there before may be of another file
    await download(url, file, options);
    hash = await hashOf(file);
  }
  throwIfAborted(signal);
  if (hash === sha256) return;
  const bytes = await sizeOf(file);
  await rm(file, { force: true });
  const what = `its ${bytes} bytes have SHA-256 ${hash}, and the release's have ${sha256}`;
  const remedy = 'a proxy or the mirror changed it: nothing of it was kept. Try another network or mirror';
  throw failure(goods, url, what, remedy);
}

/**
 * Brings a small file here whose hash nobody knows before, anew each time.
 *
 * @throws {LnPlayError} DOWNLOAD; FILESYSTEM; ABORTED
 */
export async function downloadSmall(url: URL, file: string, options: RequestOptions): Promise<Buffer> {
  await rm(file, { force: true });
  await download(url, file, { ...options, maxBytes: SMALL_BYTES });
  return await readFile(file);
}

async function download(url: URL, file: string, options: RequestOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await sizeOf(file);
    const result = await requestRest(url, file, before, options);
    if (result === 'whole') return;
    if (result === 'no such range') {
      await rm(file, { force: true });
      if (before === 0 || tries >= TRIES)
        throw failure(options.goods, url, 'it refuses to send the file from its beginning');
    } else if (tries >= TRIES) throw result.broke;
  }
}

/** SHA-256 of a file, in hex. */
async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}
