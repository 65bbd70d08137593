import { crc32 } from 'node:zlib';

const [STREAM_FLAGS, LZMA2, DICTIONARY] = [Buffer.from([0, 1]), 0x21, 0x16]; // checked by CRC32
const CHUNK_BYTES = 0x1_00_00;

/** Bytes as a .xz file that packs nothing: its LZMA2 chunks are uncompressed (the .xz file format, 1.2.1). */
export function xz(bytes: Buffer): Buffer {
  const blockHeader = withCrc(Buffer.from([2, 0, LZMA2, 1, DICTIONARY, 0, 0, 0]));
  const packed = Buffer.concat([...chunks(bytes), Buffer.from([0])]);
  const unpaddedSize = blockHeader.length + packed.length + 4;
  const index = withCrc(padded(Buffer.from([0, 1, ...variable(unpaddedSize), ...variable(bytes.length)])));
  const end = Buffer.concat([number(index.length / 4 - 1), STREAM_FLAGS]);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    withCrc(STREAM_FLAGS),
    padded(Buffer.concat([blockHeader, packed])),
    number(crc32(bytes)),
    index,
    number(crc32(end)),
    end,
    Buffer.from('YZ'),
  ]);
}

function* chunks(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) {
    const chunk = bytes.subarray(from, from + CHUNK_BYTES);
    const size = Buffer.alloc(2);
    size.writeUInt16BE(chunk.length - 1);
    yield Buffer.concat([Buffer.from([from === 0 ? 1 : 2]), size, chunk]);
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const withCrc = (bytes: Buffer): Buffer => Buffer.concat([bytes, number(crc32(bytes))]);
const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const variable = (value: number): number[] =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...variable(Math.floor(value / 0x80))];
