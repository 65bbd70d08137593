import { expect, test } from 'vitest';
import { Steps } from '../../../src/network/steps.js';

test('keeps what was done, in the order in which it ended, and tells a listener of each', async () => {
  const told: unknown[] = [];
  const steps = new Steps((name) => {
    told.push(`begin ${name}`);
    return ({ failed }) => told.push(`end ${name}${failed ? ', failed' : ''}`);
  });
  let endSlow = (_value: number): void => {};
  const slow = steps.run('slow', () => new Promise<number>((resolve) => (endSlow = resolve)));
  expect(await steps.run('quick', () => Promise.resolve(1))).toBe(1);
  await expect(steps.run('bad', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  endSlow(2);
  expect(await slow).toBe(2);
  expect(steps.done).toEqual([
    { name: 'quick', ms: expect.any(Number) as number },
    { name: 'slow', ms: expect.any(Number) as number },
  ]);
  expect(told).toEqual(['begin slow', 'begin quick', 'end quick', 'begin bad', 'end bad, failed', 'end slow']);
});

test('needs no listener', async () => {
  const steps = new Steps();
  await steps.run('alone', () => Promise.resolve());
  expect(steps.done).toMatchObject([{ name: 'alone' }]);
});
