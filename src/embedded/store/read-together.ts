import { readAll } from './encoding.js';
import type { Place } from './places.js';

/** How much is read at a time, if no single value is longer: more would only be more to collect. */
const CHUNK_BYTES = 256 * 1024;
/** What is skipped between two values costs less than another read, up to so many bytes. */
const GAP_BYTES = 16 * 1024;

/** Cuts values, in their order, into chunks of as much as is read at a time. */
export function* inChunks<T extends { readonly length: number }>(values: Iterable<T>): Iterable<T[]> {
  let chunk: T[] = [];
  let size = 0;
  for (const value of values) {
    if (size + value.length > CHUNK_BYTES && chunk.length > 0) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(value);
    size += value.length;
  }
  if (chunk.length > 0) yield chunk;
}

/** Values in their order, with those read that are in the file; what is close together there is read together. */
export function readTogether(fd: number, values: readonly (Place | Uint8Array)[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  const inFile: (Place & { readonly index: number })[] = [];
  for (const [index, value] of values.entries())
    if (value instanceof Uint8Array) found[index] = value;
    else inFile.push({ at: value.at, length: value.length, index });
  inFile.sort((a, b) => a.at - b.at);
  for (let next = 0; next < inFile.length;) {
    const start = inFile[next]!.at;
    let end = start + inFile[next]!.length;
    let after = next + 1;
    for (; after < inFile.length; after++) {
      const { at, length } = inFile[after]!;
      if (at - end > GAP_BYTES || at + length - start > CHUNK_BYTES) break;
      end = at + length;
    }
    const bytes = Buffer.allocUnsafe(end - start);
    readAll(fd, bytes, start);
    for (; next < after; next++) {
      const { at, length, index } = inFile[next]!;
      found[index] = bytes.subarray(at - start, at - start + length);
    }
  }
  return found;
}
