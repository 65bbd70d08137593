import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { LnPlayError } from '../../../src/core/errors.js';
import { waitFor } from '../../../src/core/wait.js';

const never = () => new Promise<never>(() => {});

test('asks until it is done, and gives what was awaited', async () => {
  let asked = 0;
  const probe = () => Promise.resolve(++asked < 3 ? { seen: `${asked}` } : { done: 'value' });
  expect(await waitFor('it', probe, { intervalMs: 1 })).toBe('value');
  expect(asked).toBe(3);
});

test('says what was awaited, for how long, and what was last seen', async () => {
  let asked = 0;
  const probe = () => Promise.resolve({ seen: `block ${++asked}` });
  await expect(waitFor('l1 to see block 103', probe, { timeoutMs: 30, intervalMs: 1 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'Waited 0.0 s for l1 to see block 103',
    details: [expect.stringMatching(/^last seen: block \d+$/)],
  });
});

test('a probe that never answers is given up too', async () => {
  await expect(waitFor('it', never, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    details: ['last seen: nothing yet'],
  });
});

test('ends at the signal, also when it fired before', async () => {
  const stop = new AbortController();
  const waiting = waitFor('it', never, { signal: stop.signal });
  stop.abort(new LnPlayError('ABORTED', 'Stopped by SIGINT'));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', message: 'Stopped by SIGINT' });
  const probe = vi.fn(() => Promise.resolve({ done: 1 }));
  await expect(waitFor('it', probe, { signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  expect(probe).not.toHaveBeenCalled();
  await expect(waitFor('it', never, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('ends at the death of what is awaited, with its error', async () => {
  const failure = Promise.reject(new LnPlayError('DAEMON', 'l1 was killed by SIGKILL'));
  await expect(waitFor('it', never, { failure })).rejects.toThrow('l1 was killed by SIGKILL');
});

test('what the probe throws is thrown', async () => {
  await expect(waitFor('it', () => Promise.reject(new Error('no')), {})).rejects.toThrow('no');
});

test('leaves nothing behind on the signal, however many waits use it', async () => {
  const { signal } = new AbortController();
  for (let round = 0; round < 20; round++) await waitFor('it', () => Promise.resolve({ done: 1 }), { signal });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
