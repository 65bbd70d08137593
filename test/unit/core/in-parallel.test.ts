import { expect, test } from 'vitest';
import { eachAtOnce, inParallel } from '../../../src/core/in-parallel.js';

test('so many at once and no more, all of them, in order, also where one fails', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel(
    3,
    Array.from({ length: 10 }, (_, index) => async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (index === 4) throw new Error('four');
      return index;
    }),
  );
  expect(most).toBe(3);
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([0, 1, 2, 3, 'failed', 5, 6, 7, 8, 9]); // prettier-ignore
});

test('nothing to do', async () => {
  expect(await inParallel(3, [])).toEqual([]);
});

test('for each, so many at once; after a failure none is begun, and those under way end first', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const all = eachAtOnce(3, [0, 1, 2, 3, 4, 5], async (item) => {
    begun.push(item);
    await new Promise(setImmediate);
    if (item === 1) throw new Error('one');
    await new Promise(setImmediate);
    ended.push(item);
  });
  expect(begun).toEqual([0, 1, 2]);
  await expect(all).rejects.toThrow('one');
  expect(begun).toEqual([0, 1, 2]);
  expect(ended).toEqual([0, 2]);
  await eachAtOnce(3, ['a', 'b', 'c', 'd'], async (item) => void begun.push(item.charCodeAt(0)));
  expect(begun).toEqual([0, 1, 2, 97, 98, 99, 100]);
});
