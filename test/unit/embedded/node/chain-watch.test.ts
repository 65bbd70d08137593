import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../src/core/wait.js';
import type { BlockId, BlockSource } from '../../../../src/embedded/chain/blocks.js';
import type { ChainListener } from '../../../../src/embedded/chain/follower.js';
import type { ChainOutlets } from '../../../../src/embedded/ldk/engine.js';
import { ChainWatch } from '../../../../src/embedded/node/chain-watch.js';
import { Waiters } from '../../../../src/embedded/node/waiters.js';
import { FakeChain, hashOf } from '../chain/support.js';
import { Bench } from './support.js';

let bench: Bench;
let chain: FakeChain;
let source: BlockSource;
let changes: Waiters;
let best: BlockId;
/** What the node's parts heard, and whether it was within a turn. */
let heard: string[];
let watch: ChainWatch;
let timeoutSeconds: number | undefined;
let moved: number;
/** The blocks in which LDK has funding transactions, and those of which it was told that they are gone. */
let fundingBlocks: BlockId[];
let lost: BlockId[];
beforeEach(() => {
  bench = new Bench();
  chain = new FakeChain('aaaa');
  source = chain.source();
  changes = new Waiters();
  best = { hash: hashOf('a', 1), height: 1 };
  chain.hashAt(1);
  heard = [];
  timeoutSeconds = undefined;
  moved = 0;
  fundingBlocks = [];
  lost = [];
  watch = new ChainWatch({
    options: { number: () => timeoutSeconds },
    log: bench.log,
    fatal: (why) => {
      throw new Error(`fatal: ${why}`);
    },
    tell: bench.tell,
    source,
    changes,
    connected: (tx, block) => {
      tx.putJson('height', block.height);
      heard.push(`+${block.height}`);
    },
    disconnected: (tx, height) => {
      tx.putJson('height', height - 1);
      heard.push(`-${height}`);
    },
    moved: () => moved++,
    found: () => heard.push('found'),
  });
});
afterEach(async () => {
  await watch.stop();
  bench[Symbol.dispose]();
});

/** LDK, as far as it knows the chain: up to `best`. */
const listener = (outlets: ChainOutlets): ChainListener => ({
  best: () => best,
  connect: (block) => {
    best = block;
    bench.turns.run((tx) => outlets.connected(block, tx));
    changes.wake();
  },
  disconnect: (_header, previous) => {
    best = previous;
    bench.turns.run((tx) => outlets.disconnected(previous, tx));
  },
});
const engine = {
  get best() {
    return best;
  },
  catchUp: (outlets: ChainOutlets) => [listener(outlets)],
  listener,
  fundingBlocks: () => fundingBlocks,
  blockLost: (block: BlockId) => void lost.push(block),
};

describe('the first tip', () => {
  test('is there as soon as bitcoind answers, and asked for once', async () => {
    let asked = 0;
    source.tip = () => (++asked < 3 ? Promise.reject(new Error('warming up')) : Promise.resolve(chain.tip()));
    expect(await Promise.all([watch.firstTip(), watch.firstTip()])).toEqual([chain.tip(), chain.tip()]);
    expect(asked).toBe(3);
  });

  test('is given up after bitcoin-retry-timeout', async () => {
    timeoutSeconds = 0.1;
    source.tip = () => Promise.reject(new Error('connection refused'));
    await expect(watch.firstTip()).rejects.toMatchObject({
      code: 'TIMEOUT',
      details: ['last seen: connection refused'],
    });
  });
});

test('blocks that were missed are told in order, each in a turn, and to plugins after it', async () => {
  await watch.catchUp(engine);
  expect(heard).toEqual(['+2', '+3']);
  expect(bench.store.getJson('height')).toBe(3);
  await bench.turns.turn(() => {});
  expect(bench.told).toEqual([
    { topic: 'block_added', payload: { hash: hashOf('a', 2), height: 2 } },
    { topic: 'block_added', payload: { hash: hashOf('a', 3), height: 3 } },
  ]);
});

test('a block that is taken back is told by its own height', async () => {
  best = chain.tip();
  chain.branches = 'aaab';
  await watch.catchUp(engine);
  expect(heard).toEqual(['-3', '+3']);
  expect(bench.logged).toContain('Block 3 was reorganised away');
});

test('LDK hears at the start, before it is told of other blocks, which of those with funding transactions are gone', async () => {
  best = chain.tip();
  fundingBlocks = [2, 3].map((height) => ({ hash: hashOf('a', height), height }));
  chain.branches = 'aaab';
  const { catchUp } = engine;
  const lostBefore: BlockId[][] = [];
  await watch.catchUp({
    ...engine,
    best,
    catchUp: (outlets) => {
      lostBefore.push([...lost]);
      return catchUp(outlets);
    },
  });
  expect(lostBefore).toEqual([[{ hash: hashOf('a', 3), height: 3 }]]);
});

test.each([
  ['is shorter', 'aa', 'bitcoind has gone backwards from 3 to 1 blocks!'],
  ['is another one', 'bbbbb', 'bitcoind does not know block'],
])('a chain that %s ends the daemon', async (_what, branches, why) => {
  best = chain.tip();
  chain.branches = branches;
  chain.forget();
  await expect(watch.catchUp(engine)).rejects.toThrow(`fatal: ${why}`);
});

describe('a height that is waited for', () => {
  test('is reached with a block', async () => {
    const waiting = watch.waitHeight(3, new AbortController().signal);
    await watch.catchUp(engine);
    expect(await waiting).toBe(true);
  });

  test('may not be reached in time', async () => {
    const patience = new AbortController();
    const waiting = watch.waitHeight(9, patience.signal);
    await watch.catchUp(engine);
    patience.abort();
    expect(await waiting).toBe(false);
  });
});

test('whether it is in sync is known', async () => {
  let isAway = false;
  source.tipHashAfter = async () => {
    await new Promise(setImmediate);
    if (isAway) throw new Error('away');
    return chain.tip().hash;
  };
  source.tipHash = () => source.tipHashAfter('');
  expect(watch.sync).toEqual({ bitcoind: false, blocks: false });
  await watch.catchUp(engine);
  watch.follow(engine);
  expect(watch.sync).toEqual({ bitcoind: true, blocks: true });
  const seen = (what: string, isSo: () => boolean): Promise<void> =>
    waitFor<void>(what, () => Promise.resolve(isSo() ? { done: undefined } : { seen: heard.join() }));
  isAway = true;
  await seen('bitcoind to be away', () => !watch.sync.bitcoind);
  expect(bench.logged).toContain('bitcoind is away: away');
  isAway = false;
  chain.branches = 'aaaaa';
  await seen('a block', () => moved > 0);
  expect(heard).toEqual(['+2', '+3', 'found', '+4']);
  expect(bench.logged).toContain('bitcoind is back');
});
