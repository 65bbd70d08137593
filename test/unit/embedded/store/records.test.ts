import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counters, Records } from '../../../../src/embedded/store/records.js';
import { Bench } from '../node/support.js';

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench[Symbol.dispose]());

describe('records', () => {
  interface Item {
    readonly id: string;
    readonly tag: string;
  }
  const open = (): Records<Item> => new Records<Item>(bench.store, 'item/', ({ id }) => id);

  test('are there again after a restart', async () => {
    const items = open();
    await bench.turns.turn((tx) => {
      items.put(tx, { id: 'a', tag: 'x' });
      items.put(tx, { id: 'b', tag: 'y' });
      items.delete(tx, 'b');
      expect(items.update(tx, 'a', { tag: 'z' })).toEqual({ id: 'a', tag: 'z' });
      expect(items.update(tx, 'b', { tag: 'z' })).toBeUndefined();
    });
    bench.reopen();
    expect(open().list()).toEqual([{ id: 'a', tag: 'z' }]);
  });

  test('are found by what else only one of them has', async () => {
    const items = open();
    const byTag = items.indexBy(({ tag }) => tag);
    await bench.turns.turn((tx) => items.put(tx, { id: 'a', tag: 'x' }));
    expect(byTag('x')).toEqual({ id: 'a', tag: 'x' });
    await bench.turns.turn((tx) => items.put(tx, { id: 'a', tag: 'y' }));
    expect(byTag('x')).toBeUndefined();
    expect(byTag('y')?.id).toBe('a');
    await bench.turns.turn((tx) => items.delete(tx, 'a'));
    expect(byTag('y')).toBeUndefined();
  });

  test('are found by it after a restart too, and each index by itself', async () => {
    const items = open();
    await bench.turns.turn((tx) => {
      items.put(tx, { id: 'a', tag: 'x' });
      items.put(tx, { id: 'b', tag: 'y' });
    });
    bench.reopen();
    const again = open();
    const byTag = again.indexBy(({ tag }) => tag);
    const byBoth = again.indexBy(({ id, tag }) => id + tag);
    expect([byTag('x')?.id, byBoth('by')?.id]).toEqual(['a', 'b']);
    await bench.turns.turn((tx) => again.update(tx, 'a', { tag: 'z' }));
    expect([byTag('x'), byBoth('ax'), byTag('z')?.id, byBoth('az')?.id]).toEqual([undefined, undefined, 'a', 'a']);
  });

  test('have a tag that one has left and another has taken', async () => {
    const items = open();
    const byTag = items.indexBy(({ tag }) => tag);
    await bench.turns.turn((tx) => {
      items.put(tx, { id: 'a', tag: 'x' });
      items.put(tx, { id: 'b', tag: 'x' });
      items.put(tx, { id: 'a', tag: 'y' });
    });
    expect([byTag('x')?.id, byTag('y')?.id]).toEqual(['b', 'a']);
    await bench.turns.turn((tx) => items.delete(tx, 'none'));
    expect(items.list()).toHaveLength(2);
  });

  test('of another kind are not theirs', async () => {
    await bench.turns.turn((tx) => {
      tx.putJson('item', {});
      tx.putJson('items/a', {});
      open().put(tx, { id: 'a', tag: 'x' });
    });
    bench.reopen();
    expect(open().list()).toEqual([{ id: 'a', tag: 'x' }]);
  });

  test('are few bytes of memory each, however long they are', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const items = open();
    const byTag = items.indexBy(({ tag }) => tag.slice(0, 12));
    collect();
    const before = process.memoryUsage().heapUsed;
    const count = 20_000;
    for (let from = 0; from < count; from += 1000)
      await bench.turns.turn((tx) => {
        for (let i = from; i < from + 1000; i++)
          items.put(tx, { id: `item ${i}`, tag: `${i}`.padStart(12) + `${i} `.repeat(200) });
      });
    collect();
    expect((process.memoryUsage().heapUsed - before) / count).toBeLessThan(600);
    expect(byTag('17'.padStart(12))?.id).toBe('item 17');
  });

  test('are counted for good', async () => {
    const zero = { created: 0, deleted: 0 };
    const counters = new Counters(bench.store, 'counts', zero);
    const indexes = await bench.turns.turn((tx) => [counters.next(tx, 'created'), counters.next(tx, 'created')]);
    expect(indexes).toEqual([1, 2]);
    bench.reopen();
    expect(new Counters(bench.store, 'counts', zero).counts).toEqual({ created: 2, deleted: 0 });
  });
});
