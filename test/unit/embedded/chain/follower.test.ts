import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../src/core/wait.js';
import type { Block, BlockId } from '../../../../src/embedded/chain/blocks.js';
import {
  ChainFollower,
  GoneBackwardsError,
  synchronize,
  type ChainListener,
} from '../../../../src/embedded/chain/follower.js';
import { Bench } from '../node/support.js';
import { FakeChain, hashOf } from './support.js';

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

describe('a follower', () => {
  let bench: Bench;
  let chain: FakeChain;
  let recorder: Recorder;
  let told: string[];
  let isAway: boolean;
  let follower: ChainFollower;
  /** Those who wait for the next tip. */
  let held: (() => void)[];
  beforeEach(() => {
    bench = new Bench();
    chain = new FakeChain('aaa');
    recorder = new Recorder({ hash: chain.hashAt(2)!, height: 2 });
    told = [];
    isAway = false;
    held = [];
    const tipHash = async (): Promise<string> => {
      await Promise.resolve();
      if (isAway) throw new Error('connection refused');
      return chain.hashAt(chain.branches.length - 1)!;
    };
    const tipHashAfter = async (hash: string): Promise<string> => {
      if ((await tipHash()) === hash) await new Promise<void>((resolve) => held.push(resolve));
      return await tipHash();
    };
    const source = Object.assign(chain.source(), { tipHash, tipHashAfter });
    const tell = (what: string) => (why?: string) => void told.push(why === undefined ? what : `${what}: ${why}`);
    const events = { moved: tell('moved'), lost: tell('lost'), found: tell('found'), backwards: tell('backwards') };
    follower = new ChainFollower(source, recorder, events, bench.log);
    follower.start();
  });
  afterEach(async () => {
    await follower.stop();
    bench[Symbol.dispose]();
  });

  const change = (branches = chain.branches, away = false): void => {
    chain.branches = branches;
    isAway = away;
    for (const answer of held.splice(0)) answer();
  };
  const seen = (what: string): Promise<void> =>
    waitFor<void>(what, () => Promise.resolve(told.includes(what) ? { done: undefined } : { seen: told.join() }));

  test('tells of blocks as they come', async () => {
    change('aaaa');
    await seen('moved');
    expect(recorder.log).toEqual(['+3']);
    told = [];
    change('aaabb');
    await seen('moved');
    expect(recorder.log.slice(1)).toEqual(['-3', '+3', '+4']);
  });

  test('says once that bitcoind is away, and once that it is back, and misses no block', async () => {
    change('aaa', true);
    await seen('lost: connection refused');
    expect(follower.connected).toBe(false);
    change('aaa');
    await seen('found'); // without a new block
    change('aaaaa');
    await seen('moved');
    expect(follower.connected).toBe(true);
    expect(told).toEqual(['lost: connection refused', 'found', 'moved']);
    expect(recorder.log).toEqual(['+3', '+4']);
  });

  test('does not follow another chain', async () => {
    chain.forget();
    change('bbbb');
    await waitFor<void>('it to say so', () =>
      Promise.resolve(
        told.some((what) => what.startsWith('backwards: ')) ? { done: undefined } : { seen: told.join() },
      ),
    );
    expect(recorder.log).toEqual([]);
  });

  test('stops in the middle of its question', async () => {
    await waitFor<void>('the question', () =>
      Promise.resolve(held.length > 0 ? { done: undefined } : { seen: 'none' }),
    );
    await follower.stop();
    change('aaaa');
    expect(recorder.log).toEqual([]);
  });
});
