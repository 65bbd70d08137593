import { expect, test } from 'vitest';
import { blockHashes } from '../../../src/nodes/cln/block-hashes.js';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const line = (text: string): string => `2026-11-24T22:56:33.693Z DEBUG   lightningd: ${text}`;

test('the blocks that a log tells of, without those that were replaced', () => {
  const lines = [
    line(`Adding block 110: ${a}`),
    line(`Adding block 111: ${b}`),
    '2026-11-24T22:56:33.693Z DEBUG   plugin-x: Adding block 112: not one',
    line(`Removing stale block 111: ${b}`),
  ];
  expect([...blockHashes(lines)]).toEqual([[110, a]]);
  expect([...blockHashes([...lines, line(`Adding block 111: ${c}`)])]).toEqual([
    [110, a],
    [111, c],
  ]);
  expect(blockHashes([]).size).toBe(0);
});
