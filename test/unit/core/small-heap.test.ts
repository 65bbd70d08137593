import { expect, test } from 'vitest';
import { SMALL_HEAP_ENV, withoutSmallHeap } from '../../../src/core/small-heap.js';

test('what is for the heap of one program is not handed on; what a person has set is', () => {
  const own = { PATH: '/bin', MALLOC_ARENA_MAX: '2' };
  expect(withoutSmallHeap({ ...own, ...SMALL_HEAP_ENV })).toEqual(own);
  expect(withoutSmallHeap({ ...own, MALLOC_TRIM_THRESHOLD_: '7' })).toEqual({ ...own, MALLOC_TRIM_THRESHOLD_: '7' });
});
