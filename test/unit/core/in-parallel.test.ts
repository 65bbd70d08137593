import { expect, test } from 'vitest';
import { inParallel } from '../../../src/core/in-parallel.js';

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
