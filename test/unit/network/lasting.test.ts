import { expect, test } from 'vitest';
import { lasting, type MempoolSettings } from '../../../src/network/background/sections.js';

const mempool: MempoolSettings = { blocks: 3, feeratePerKw: 5_000, split: 'ab'.repeat(32), seed: '01234567' };

test('what the mempool is filled with lasts, and nothing else', () => {
  const others = { mining: { everyMs: 1_000 }, slowBitcoind: null };
  expect(lasting({ ...others, mempool })).toEqual({ mempool });
  expect(lasting(others)).toEqual({});
  expect(lasting({ mempool: null })).toEqual({});
});

test.each<[string, unknown]>([
  ['too much', { ...mempool, blocks: 1e9 }],
  ['too little', { ...mempool, blocks: 0 }],
  ['no number', { ...mempool, blocks: '3' }],
  ['no feerate', { ...mempool, feeratePerKw: 1.5 }],
  ['no txid', { ...mempool, split: 'ab' }],
  ['no seed', { ...mempool, seed: 'zzzzzzzz' }],
  ['a list', [mempool]],
  ['a word', 'full'],
])("of somebody else's file, what makes no sense does not: %s", (_what, settings) => {
  expect(lasting({ mempool: settings as MempoolSettings })).toEqual({});
});
