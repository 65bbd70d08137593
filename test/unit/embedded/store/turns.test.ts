import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

test('a commit that fails ends the daemon, and nobody hears of what is not on disk', async () => {
  const seen: string[] = [];
  const turns = new Turns(bench.store, (why) => {
    throw new Error(`fatal: ${why}`);
  });
  await turns.turn((tx) => {
    tx.putJson('a', 1);
    tx.afterCommit(() => seen.push('told'));
  });
  vi.spyOn(bench.store, 'commit').mockImplementationOnce(() => {
    throw new Error('no space left on device');
  });
  const begin = (): void =>
    turns.begin(
      () => {},
      () => seen.push('committed'),
    );
  expect(begin).toThrow(/^fatal: .*no space left on device/);
  expect(seen).toEqual([]);
});

test('work of one round of the event loop shares a commit', async () => {
  let commits = 0;
  const turns = new Turns(bench.store, (why) => {
    throw new Error(why);
  });
  turns.begin(
    () => {},
    () => commits++,
  );
  await Promise.all([1, 2, 3].map((value) => turns.turn((tx) => tx.putJson(`${value}`, value))));
  expect(commits).toBe(1);
  await turns.turn(() => {}); // there is nothing new
  expect(commits).toBe(1);
  turns.end();
});

test('what is done after a commit may begin a turn', async () => {
  const order: string[] = [];
  let inner: Promise<void> | undefined;
  await bench.turns.turn((tx) => {
    tx.putJson('a', 1);
    tx.afterCommit(() => {
      inner = bench.turns.turn((later) => {
        expect(bench.store.dirty).toBe(false);
        later.putJson('b', 2);
        later.afterCommit(() => order.push('inner'));
      });
      order.push('outer');
    });
  });
  await inner;
  expect(order).toEqual(['outer', 'inner']);
  bench.reopen();
  expect([bench.store.getJson('a'), bench.store.getJson('b')]).toEqual([1, 2]);
});

test('the last commit takes what is still open', () => {
  bench.turns.run((tx) => tx.putJson('a', 1));
  bench.turns.end();
  expect(bench.store.dirty).toBe(false);
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
