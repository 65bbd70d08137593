import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Store } from '../../../../src/embedded/store/store.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true }));

const reopen = (): Store => Store.open(path);

describe('what is committed', () => {
  test('is there when the store is opened again, and what is not is not', () => {
    const store = Store.open(path);
    store.putJson('invoice/a', { paid: false });
    store.put('monitor/x', Uint8Array.of(1, 2, 3));
    store.commit();
    store.putJson('invoice/b', {});
    const again = reopen();
    expect(again.getJson('invoice/a')).toEqual({ paid: false });
    expect(again.get('monitor/x')).toEqual(Uint8Array.of(1, 2, 3));
    expect(again.keys('invoice/')).toEqual(['invoice/a']);
  });

  test('is changed and deleted by later commits', () => {
    const store = Store.open(path);
    for (const value of [1, 2, 3]) {
      store.putJson('a', value);
      store.putJson('b', value);
      store.commit();
    }
    store.delete('b');
    store.delete('never');
    expect(store.get('b')).toBeUndefined();
    store.close();
    expect(reopen().keys('')).toEqual(['a']);
    expect(reopen().getJson('a')).toBe(3);
  });

  test('stays deleted when it is deleted twice', () => {
    const store = Store.open(path);
    store.putJson('a', 1);
    store.commit();
    store.delete('a');
    store.delete('a');
    expect(store.get('a')).toBeUndefined();
    store.close();
    expect(reopen().keys('')).toEqual([]);
  });

  test('is for its owner alone', () => {
    Store.open(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

test('a crash in the middle of a commit leaves all of it away, and the commits before it whole', () => {
  const store = Store.open(path);
  store.putJson('a', 1);
  store.commit();
  const whole = statSync(path).size;
  store.putJson('a', 2);
  store.putJson('b', 2);
  store.commit();
  const end = statSync(path).size;
  for (let size = whole; size < end; size++) {
    const torn = join(folder, `torn-${size}`);
    writeFileSync(torn, readFileSync(path));
    truncateSync(torn, size);
    const again = Store.open(torn);
    expect([again.getJson('a'), again.getJson('b')]).toEqual([1, undefined]);
    again.putJson('c', 3);
    again.close();
    expect(Store.open(torn).getJson('c')).toBe(3);
  }
});

test('a record that was damaged is not taken', () => {
  const store = Store.open(path);
  store.putJson('a', 'first');
  store.commit();
  store.putJson('a', 'second');
  store.close();
  const bytes = readFileSync(path);
  bytes[bytes.length - 2]! ^= 1;
  writeFileSync(path, bytes);
  expect(reopen().getJson('a')).toBe('first');
});

test('the file does not grow without end', () => {
  const store = Store.open(path);
  for (let i = 0; i < 40; i++) {
    store.put('big', new Uint8Array(1 << 20).fill(i));
    store.putJson('small', i);
    store.commit();
  }
  store.close();
  expect(statSync(path).size).toBeLessThan(16 << 20);
  const again = reopen();
  expect(again.getJson('small')).toBe(39);
  expect(again.get('big')?.[5]).toBe(39);
});
