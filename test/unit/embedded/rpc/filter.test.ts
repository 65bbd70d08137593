import { expect, test } from 'vitest';
import { applyFilter, parseFilter } from '../../../../src/embedded/rpc/filter.js';

const result = { id: 'x', peers: [{ id: 'a', netaddr: ['1', '2'] }, { id: 'b' }], n: 1 };

test.each([
  [{ id: true }, { id: 'x' }],
  [{ peers: [{ id: true }] }, { peers: [{ id: 'a' }, { id: 'b' }] }],
  [{ peers: true, nothing: true }, { peers: result.peers }],
  [{}, result],
])('%j keeps what it names', (filter, kept) => {
  expect(applyFilter(result, parseFilter(filter))).toEqual(kept);
});

test('an array taken for an object is warned of', () => {
  expect(applyFilter(result, parseFilter({ peers: { id: true }, n: true }))).toEqual({
    n: 1,
    warning_parameter_filter: '.peers is an array',
  });
});

test.each([5, [1], { a: 5 }, { a: [] }])('%j is no filter', (filter) => {
  expect(() => parseFilter(filter)).toThrow(/^filter: /);
});
