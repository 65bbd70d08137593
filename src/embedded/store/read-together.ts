import { CHUNK_BYTES, readAll } from './encoding.js';
import type { Place } from './places.js';

/** What is skipped between two values costs less than another read, up to so many bytes. */
const GAP_BYTES = 16 * 1024;

/** Cuts items, in their order, into chunks of no more bytes than are read at a time, where no single one has more. */
export function* inChunks<T>(items: Iterable<T>, bytesOf: (item: T) => number): Iterable<T[]> {
  let chunk: T[] = [];
  let size = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (size + bytes > CHUNK_BYTES && chunk.length > 0) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(item);
    size += bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/** The values at these places, in the same order. Those that are close together in the file are read together. */
export function readTogether(fd: number, places: readonly Place[]): Uint8Array[] {
  const values: Uint8Array[] = [];
  const order = Array.from(places.keys()).sort((a, b) => places[a]!.at - places[b]!.at);
  for (let first = 0; first < order.length;) {
    const start = places[order[first]!]!.at;
    let end = start;
    let next = first;
    for (; next < order.length; next++) {
      const { at, length } = places[order[next]!]!;
      if (next > first && (at - end > GAP_BYTES || at + length - start > CHUNK_BYTES)) break;
      end = at + length;
    }
    const bytes = new Uint8Array(end - start);
    readAll(fd, bytes, start);
    for (; first < next; first++) {
      const { at, length } = places[order[first]!]!;
      values[order[first]!] = bytes.subarray(at - start, at - start + length);
    }
  }
  return values;
}
