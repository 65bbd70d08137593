import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counters, Records } from '../../../../src/embedded/store/records.js';
import { Turns, type Tx } from '../../../../src/embedded/store/turns.js';
import { Bench } from '../node/support.js';

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench[Symbol.dispose]());

describe('a turn', () => {
  test('writes at once, and resolves when it is on disk', async () => {
    const seen: string[] = [];
    const done = bench.turns.turn((tx) => {
      tx.putJson('a', 1);
      tx.afterCommit(() => seen.push(`committed: ${!bench.store.dirty}`));
      return 'result';
    });
    expect(bench.store.getJson('a')).toBe(1);
    expect(seen).toEqual([]);
    expect(await done).toBe('result');
    expect(seen).toEqual(['committed: true']);
    bench.reopen();
    expect(bench.store.getJson('a')).toBe(1);
  });

  test('is the only time to write', async () => {
    let kept: Tx | undefined;
    await bench.turns.turn((tx) => void (kept = tx));
    expect(() => kept!.putJson('a', 1)).toThrow('the turn is over');
    expect(() => kept!.delete('a')).toThrow('the turn is over');
    expect(() => kept!.afterCommit(() => {})).toThrow('the turn is over');
    expect(() => bench.turns.current).toThrow('there is no turn');
  });

  test('in a turn shares its commit', async () => {
    const order: string[] = [];
    await bench.turns.turn((outer) => {
      bench.turns.run((inner) => {
        expect(bench.turns.current).toBe(inner);
        inner.afterCommit(() => order.push('inner'));
      });
      expect(bench.turns.current).toBe(outer);
      outer.afterCommit(() => order.push('outer'));
    });
    expect(order).toEqual(['inner', 'outer']);
  });

  test('rejects with what its work throws, and the next one goes on', async () => {
    const broken = bench.turns.turn(() => {
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(await bench.turns.turn(() => 1)).toBe(1);
  });
});

test('what follows of the work is committed with it', async () => {
  const turns = new Turns(bench.store, (why) => {
    throw new Error(why);
  });
  const committed: unknown[] = [];
  await turns.turn((tx) => tx.putJson('early', true)); // nothing is committed yet
  expect(bench.store.dirty).toBe(true);
  turns.begin(
    (tx) => tx.putJson('drained', true),
    () => committed.push(bench.store.getJson('drained')),
  );
  expect(bench.store.dirty).toBe(false);
  expect(committed).toEqual([true]);
  turns.end();
});

test('a trap in WebAssembly ends the daemon', () => {
  const turns = new Turns(bench.store, (why) => {
    throw new Error(`fatal: ${why}`);
  });
  const trap = Object.assign(new Error('unreachable'), { name: 'RuntimeError' });
  expect(() =>
    turns.guard(() => {
      throw trap;
    }),
  ).toThrow(/^fatal: LDK panicked: /);
});

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

  test('are counted for good', async () => {
    const zero = { created: 0, deleted: 0 };
    const counters = new Counters(bench.store, 'counts', zero);
    const indexes = await bench.turns.turn((tx) => [counters.next(tx, 'created'), counters.next(tx, 'created')]);
    expect(indexes).toEqual([1, 2]);
    bench.reopen();
    expect(new Counters(bench.store, 'counts', zero).counts).toEqual({ created: 2, deleted: 0 });
  });
});
