import { expect, test } from 'vitest';
import type { Block, BlockId, BlockSource } from '../../../../src/embedded/chain/blocks.js';
import { GoneBackwardsError, synchronize, type ChainListener } from '../../../../src/embedded/chain/follower.js';
import { wireHash } from '../../../../src/embedded/bitcoin/hex.js';

const hashOf = (branch: string, height: number): string =>
  Buffer.from(`${branch}${height}`.padEnd(32, '.')).toString('hex');

/** A chain whose blocks are named after their branch: `aaabb` forks to b at height 3. */
class FakeChain {
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

  source(): BlockSource {
    const block = (height: number): Block | undefined => {
      const hash = this.hashAt(height);
      if (hash === undefined) return undefined;
      const previous = this.hashAt(height - 1) ?? '';
      return { hash, height, previous, raw: Buffer.alloc(80), header: Buffer.alloc(80), time: 0, transactions: [] };
    };
    return {
      hashAt: async (height: number) => await Promise.resolve(this.hashAt(height)),
      header: async (hash: string) => await Promise.resolve(this.#seen.get(hash)),
      blockAt: async (height: number) => await Promise.resolve(block(height)),
    } as unknown as BlockSource;
  }
}

class Recorder implements ChainListener {
  readonly log: string[] = [];
  #best: BlockId;

  constructor(best: BlockId) {
    this.#best = best;
  }

  best = (): BlockId => this.#best;
  connect = (block: Block): void => {
    expect(block.previous).toBe(this.#best.hash);
    this.#best = block;
    this.log.push(`+${block.height}`);
  };
  disconnect = (_header: Buffer, previous: BlockId): void => {
    this.log.push(`-${this.#best.height}`);
    this.#best = previous;
  };
}

const follow = async (chain: FakeChain, recorder: Recorder): Promise<string> => {
  recorder.log.length = 0;
  await synchronize(chain.source(), recorder, () => {});
  return recorder.log.join(' ');
};

test('missed blocks are told in order, however many', async () => {
  const chain = new FakeChain('a'.repeat(200));
  const recorder = new Recorder({ hash: chain.hashAt(0)!, height: 0 });
  await follow(chain, recorder);
  expect(recorder.log).toEqual(Array.from({ length: 199 }, (_, i) => `+${i + 1}`));
  expect(await follow(chain, recorder)).toBe('');
});

test('a reorganisation is taken back to the fork, and followed to the new tip', async () => {
  const chain = new FakeChain('aaaaa');
  const recorder = new Recorder({ hash: chain.hashAt(4)!, height: 4 });
  chain.branches = 'aaabbbb';
  expect(await follow(chain, recorder)).toBe('-4 -3 +3 +4 +5 +6');
  chain.branches = 'aaab';
  expect(await follow(chain, recorder)).toBe('-6 -5 -4');
});

test('another chain is refused', async () => {
  const recorder = new Recorder({ hash: hashOf('x', 7), height: 7 });
  await expect(follow(new FakeChain('aaaa'), recorder)).rejects.toThrow(GoneBackwardsError);
  await expect(follow(new FakeChain('aaaaaaaaaaaa'), recorder)).rejects.toThrow(GoneBackwardsError);
});
