import { wireHash } from '../../../../src/embedded/bitcoin/hex.js';
import { parseTransaction, type Transaction } from '../../../../src/embedded/bitcoin/transaction.js';
import type { Block, BlockId, BlockSource } from '../../../../src/embedded/chain/blocks.js';

/** A transaction that spends these outpoints (`txid:vout`) to one output of so much. */
export function spending(outpoints: readonly string[], valueSat = 1000n): Transaction {
  const inputs = outpoints.map((outpoint) => {
    const [txid, vout] = outpoint.split(':');
    const at = Buffer.alloc(4);
    at.writeUInt32LE(Number(vout));
    return Buffer.concat([wireHash(txid!), at, Buffer.alloc(1), Buffer.alloc(4, 0xff)]);
  });
  const value = Buffer.alloc(8);
  value.writeBigUInt64LE(valueSat);
  const parts = [Buffer.of(2, 0, 0, 0, inputs.length), ...inputs, Buffer.of(1), value, Buffer.of(1, 0x51)];
  return parseTransaction(Buffer.concat([...parts, Buffer.alloc(4)]));
}

/** A block with these transactions. */
export const blockOf = (...transactions: Transaction[]): Block => ({
  hash: 'b1'.repeat(32),
  height: 1,
  previous: 'b0'.repeat(32),
  raw: Buffer.alloc(80),
  header: Buffer.alloc(80),
  time: 0,
  transactions,
});

/** The hash of a block of a branch. */
export const hashOf = (branch: string, height: number): string =>
  Buffer.from(`${branch}${height}`.padEnd(32, '.')).toString('hex');

/** A chain whose blocks are named after their branch: `aaabb` forks to b at height 3. */
export class FakeChain {
  branches: string;
  readonly #seen = new Map<string, Buffer>();

  constructor(branches: string) {
    this.branches = branches;
  }

  hashAt(height: number): string | undefined {
    const branch = this.branches[height];
    if (branch === undefined) return undefined;
    const hash = hashOf(branch, height);
    const header = Buffer.alloc(80);
    header.set(wireHash(this.hashAt(height - 1) ?? '00'.repeat(32)), 4);
    this.#seen.set(hash, header);
    return hash;
  }

  /** Knows none of the blocks that are not in its best chain any more. */
  forget(): void {
    this.#seen.clear();
  }

  tip(): BlockId {
    const height = this.branches.length - 1;
    return { hash: this.hashAt(height)!, height };
  }

  source(): BlockSource {
    const block = (height: number): Block | undefined => {
      const hash = this.hashAt(height);
      if (hash === undefined) return undefined;
      const previous = this.hashAt(height - 1) ?? '';
      return { hash, height, previous, raw: Buffer.alloc(80), header: Buffer.alloc(80), time: 0, transactions: [] };
    };
    return {
      tip: async () => await Promise.resolve(this.tip()),
      hashAt: async (height: number) => await Promise.resolve(this.hashAt(height)),
      header: async (hash: string) => await Promise.resolve(this.#seen.get(hash)),
      blockAt: async (height: number) => await Promise.resolve(block(height)),
    } as unknown as BlockSource;
  }
}
