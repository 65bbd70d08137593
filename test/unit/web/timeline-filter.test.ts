import { expect, test } from 'vitest';
import type { Happening } from '../../../web/src/api-types.js';
import { EVERYTHING, passes, toggled } from '../../../web/src/timeline/filter.js';

const happening = (rest: Partial<Happening>): Happening => ({
  id: 1,
  at: 0,
  node: 'l1',
  kind: 'block',
  text: 'block 112',
  data: null,
  ...rest,
});

const payment = happening({
  kind: 'payment',
  text: 'Alice paid',
  payment: { payment_hash: 'aa', status: 'complete', amount_msat: 1, from: 'l1', to: 'l3', route: ['l1', 'l2', 'l3'] },
});

test('an empty filter lets everything through', () => expect(passes(payment, EVERYTHING)).toBe(true));

test('a payment is of all nodes on its way', () => {
  const of = (name: string): boolean => passes(payment, { ...EVERYTHING, nodes: new Set([name]) });
  expect([of('l1'), of('l2'), of('l3'), of('l4')]).toEqual([true, true, true, false]);
});

test('kinds are let through; who disconnects is found under connections', () => {
  const connections = { ...EVERYTHING, kinds: new Set(['connect'] as const) };
  expect(passes(happening({ kind: 'disconnect' }), connections)).toBe(true);
  expect(passes(happening({}), connections)).toBe(false);
});

test('text is found whatever its case', () => {
  expect(passes(payment, { ...EVERYTHING, text: 'ALICE' })).toBe(true);
  expect(passes(payment, { ...EVERYTHING, text: 'bob' })).toBe(false);
});

test('a set has a value that it had not, and has not one that it had', () => {
  const one = toggled(new Set<string>(), 'a');
  expect([...one]).toEqual(['a']);
  expect([...toggled(one, 'a')]).toEqual([]);
});
