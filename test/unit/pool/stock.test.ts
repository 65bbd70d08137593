import { expect, test } from 'vitest';
import { Stock } from '../../../src/pool/stock.js';

/** A stock of numbers whose making is settled by hand. */
function stockOf(size: number, atOnce: number) {
  const begun: { resolve: () => void; reject: (error: Error) => void; aborted: () => boolean }[] = [];
  const bad = new Set<number>();
  const discarded: number[] = [];
  let next = 0;
  const stock = new Stock<number>({
    size,
    atOnce,
    make: (signal) =>
      new Promise((resolve, reject) => {
        const item = next++;
        begun.push({ resolve: () => resolve(item), reject, aborted: () => signal.aborted });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    isGood: (item) => !bad.has(item),
    discard: (item) => {
      discarded.push(item);
      return Promise.resolve();
    },
  });
  return { stock, begun, bad, discarded };
}

/** Lets all that is settled run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('it makes as many as it keeps, so many at once, and another for each that is taken', async () => {
  const { stock, begun } = stockOf(3, 2);
  expect(begun).toHaveLength(2);
  begun[0]!.resolve();
  await turn();
  expect([stock.ready, stock.making, begun.length]).toEqual([1, 2, 3]);
  begun[1]!.resolve();
  begun[2]!.resolve();
  await turn();
  expect([stock.ready, stock.making, begun.length]).toEqual([3, 0, 3]);
  expect(await stock.take()).toBe(0);
  expect([stock.ready, stock.making]).toEqual([2, 1]);
});

test('who finds none ready gets the next one, in the order in which they came', async () => {
  const { stock, begun } = stockOf(1, 1);
  const first = stock.take();
  const second = stock.take();
  begun[0]!.resolve();
  expect(await first).toBe(0);
  begun[1]!.resolve();
  expect(await second).toBe(1);
});

test('one that is no longer good is let go of, and not given', async () => {
  const { stock, begun, bad, discarded } = stockOf(2, 2);
  for (const each of begun) each.resolve();
  await turn();
  bad.add(0);
  expect(await stock.take()).toBe(1);
  expect(discarded).toEqual([0]);
});

test('who waits is told why one could not be made; where nobody waits, it is not tried again and again', async () => {
  const { stock, begun } = stockOf(1, 1);
  begun[0]!.reject(new Error('no bitcoind'));
  await expect(stock.warm()).rejects.toThrow('no bitcoind');
  expect(begun).toHaveLength(1);
  const taken = stock.take();
  expect(begun).toHaveLength(2);
  begun[1]!.reject(new Error('still none'));
  await expect(taken).rejects.toThrow('still none');
  const another = stock.take();
  begun[2]!.resolve();
  expect(await another).toBe(2);
});

test('who is aborted while waiting takes nothing away from who comes after', async () => {
  const { stock, begun } = stockOf(1, 1);
  const stop = new AbortController();
  const aborted = stock.take(stop.signal);
  const other = stock.take();
  stop.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  begun[0]!.resolve();
  expect(await other).toBe(0);
});

test('closing lets go of what is ready, ends what is being made, and tells who waits', async () => {
  const { stock, begun, discarded } = stockOf(2, 2);
  begun[0]!.resolve();
  await turn();
  expect(await stock.take()).toBe(0);
  const waiting = stock.take();
  waiting.catch(() => {});
  await stock.close();
  expect(begun.slice(1).map(({ aborted }) => aborted())).toEqual(begun.slice(1).map(() => true));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(stock.take()).rejects.toMatchObject({ code: 'ABORTED' });
  expect(discarded).toEqual([]);
});

test('what was ready is let go of when it is closed', async () => {
  const { stock, begun, discarded } = stockOf(2, 2);
  for (const each of begun) each.resolve();
  await turn();
  await stock.close();
  expect(discarded).toEqual([0, 1]);
});
