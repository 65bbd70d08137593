import { expect, test } from 'vitest';
import { allOrNothing } from '../../../src/core/all-or-nothing.js';

test('gives all results in order', async () => {
  expect(await allOrNothing(undefined, [async () => 1, () => Promise.resolve(2)])).toEqual([1, 2]);
});

test('the first failure ends the others, and is thrown when all have ended', async () => {
  const ended: string[] = [];
  const slow = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        setImmediate(() => (ended.push('slow'), reject(new Error('aborted'))));
      });
    });
  await expect(allOrNothing(undefined, [slow, () => Promise.reject(new Error('the reason'))])).rejects.toThrow(
    'the reason',
  );
  expect(ended).toEqual(['slow']);
});

test('is ended by a signal from outside', async () => {
  const controller = new AbortController();
  const wait = (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
  const all = allOrNothing(controller.signal, [wait, wait]);
  controller.abort();
  await expect(all).rejects.toThrow('stopped');
});
