import { readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Place, Places } from './places.js';

const HEADER_BYTES = 8;
const DELETED = 0xffff_ffff;
/** How much of a file is read or written at a time, if no single record is longer. */
export const CHUNK_BYTES = 1 << 20;

/** What an entry takes in a record, in bytes. */
export const sizeOf = (key: string, length: number): number => Buffer.byteLength(key) + length + 6;

/** The changes as a record, and where their values are once it stands at `start`. */
export function encode(
  changes: ReadonlyMap<string, Uint8Array | undefined>,
  start: number,
): { readonly record: Buffer; readonly places: Map<string, Place> } {
  const parts: Uint8Array[] = [];
  const places = new Map<string, Place>();
  let at = start + HEADER_BYTES;
  for (const [key, value] of changes) {
    const name = Buffer.from(key);
    const head = Buffer.alloc(6);
    head.writeUInt16LE(name.length, 0);
    head.writeUInt32LE(value ? value.length : DELETED, 2);
    parts.push(head, name);
    at += head.length + name.length;
    if (!value) continue;
    parts.push(value);
    places.set(key, { at, length: value.length });
    at += value.length;
  }
  const record = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...parts]);
  const payload = record.subarray(HEADER_BYTES);
  record.writeUInt32LE(payload.length, 0);
  record.writeUInt32LE(crc32(payload), 4);
  return { record, places };
}

/** Finds the values of the whole records of a file, and returns where the last of these ends. */
export function replay(fd: number, size: number, places: Places): number {
  let chunk = Buffer.alloc(0);
  let chunkAt = 0;
  const read = (at: number, length: number): Buffer => {
    if (at + length > chunkAt + chunk.length) {
      chunk = Buffer.allocUnsafe(Math.min(Math.max(length, CHUNK_BYTES), size - at));
      chunkAt = at;
      readAll(fd, chunk, at);
    }
    return chunk.subarray(at - chunkAt, at - chunkAt + length);
  };
  let at = 0;
  while (at + HEADER_BYTES <= size) {
    const header = read(at, HEADER_BYTES);
    const length = header.readUInt32LE(0);
    const checksum = header.readUInt32LE(4);
    const start = at + HEADER_BYTES;
    if (start + length > size) break;
    const payload = read(start, length);
    if (crc32(payload) !== checksum) break;
    apply(payload, start, places);
    at = start + length;
  }
  return at;
}

/** Notes the values of a payload that stands at `start` in the file. */
function apply(payload: Buffer, start: number, places: Places): void {
  for (let at = 0; at < payload.length;) {
    const nameEnd = at + 6 + payload.readUInt16LE(at);
    const length = payload.readUInt32LE(at + 2);
    const key = payload.toString('utf8', at + 6, nameEnd);
    at = nameEnd;
    if (length === DELETED) places.delete(key);
    else {
      places.set(key, { at: start + at, length });
      at += length;
    }
  }
}

/** @throws if the file ends before */
export function readAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) {
    const count = readSync(fd, bytes, at, bytes.length - at, position + at);
    if (count === 0) throw new Error(`the file ends at byte ${position + at}, before what it should hold`);
    at += count;
  }
}

/** @throws the file system's error */
export function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
