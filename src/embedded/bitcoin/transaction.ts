import { hash256 } from './hashes.js';
import { displayHash } from './hex.js';

/** What the node needs to know of a transaction. Hashes as people write them, amounts in sat. */
export interface Transaction {
  readonly txid: string;
  readonly raw: Buffer;
  readonly inputs: readonly { readonly txid: string; readonly vout: number }[];
  readonly outputs: readonly { readonly valueSat: bigint; readonly script: Buffer }[];
}

/** The transactions of a raw block. */
export function parseBlock(block: Buffer): Transaction[] {
  const reader = new Reader(block, 80);
  return Array.from({ length: reader.compactSize() }, () => readTransaction(reader));
}

/** Parses one raw transaction. */
export const parseTransaction = (raw: Uint8Array): Transaction => readTransaction(new Reader(Buffer.from(raw), 0));

/** The outpoint's name: `txid:vout`. */
export const outpointName = ({ txid, vout }: Transaction['inputs'][number]): string => `${txid}:${vout}`;

function readTransaction(reader: Reader): Transaction {
  const start = reader.at;
  const version = reader.take(4);
  const segwit = reader.peek() === 0;
  if (segwit) reader.take(2);
  const bodyStart = reader.at;
  const inputs = Array.from({ length: reader.compactSize() }, () => {
    const txid = displayHash(reader.take(32));
    const vout = reader.take(4).readUInt32LE();
    reader.take(reader.compactSize());
    reader.take(4);
    return { txid, vout };
  });
  const outputs = Array.from({ length: reader.compactSize() }, () => {
    const valueSat = reader.take(8).readBigUInt64LE();
    return { valueSat, script: reader.take(reader.compactSize()) };
  });
  const body = reader.since(bodyStart);
  if (segwit) for (const _ of inputs) for (let n = reader.compactSize(); n > 0; n--) reader.take(reader.compactSize());
  const lockTime = reader.take(4);
  const txid = displayHash(hash256(Buffer.concat([version, body, lockTime])));
  return { txid, raw: reader.since(start), inputs, outputs };
}

class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.#bytes.length) throw new RangeError('a transaction ends too early');
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  peek(): number | undefined {
    return this.#bytes[this.at];
  }

  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.at);
  }

  compactSize(): number {
    const first = this.take(1)[0]!;
    if (first < 0xfd) return first;
    if (first === 0xfd) return this.take(2).readUInt16LE();
    if (first === 0xfe) return this.take(4).readUInt32LE();
    return Number(this.take(8).readBigUInt64LE());
  }
}
