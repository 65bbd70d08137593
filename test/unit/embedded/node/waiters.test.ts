import { expect, test } from 'vitest';
import { Waiters } from '../../../../src/embedded/node/waiters.js';

const patient = new AbortController().signal;

test('what is there already is not waited for', async () => {
  expect(await new Waiters().until(() => 1, patient)).toBe(1);
  expect(await new Waiters().until(() => 1, AbortSignal.abort())).toBe(1);
});

test('all who wait look again at each wake-up, and until they find something', async () => {
  const waiters = new Waiters();
  let value: number | undefined;
  let looks = 0;
  const find = (): number | undefined => {
    looks++;
    return value;
  };
  const both = Promise.all([waiters.until(find, patient), waiters.until(find, patient)]);
  waiters.wake();
  await new Promise(setImmediate);
  expect(looks).toBe(4);
  value = 7;
  waiters.wake();
  expect(await both).toEqual([7, 7]);
  waiters.wake();
  expect(looks).toBe(6);
});

test('whoever has no more patience gets nothing, and is waited for no more', async () => {
  const waiters = new Waiters();
  const patience = new AbortController();
  let looks = 0;
  const waiting = waiters.until(() => void looks++, patience.signal);
  patience.abort();
  expect(await waiting).toBeUndefined();
  const before = looks;
  waiters.wake();
  await new Promise(setImmediate);
  expect(looks).toBe(before);
});
