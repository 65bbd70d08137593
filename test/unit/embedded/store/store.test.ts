import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type * as Fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitFor } from '../../../../src/core/wait.js';
import { Store } from '../../../../src/embedded/store/store.js';

/** How the disk fails, if it does. */
const disk = vi.hoisted(() => ({ bytesLeft: Infinity, syncs: true, truncates: true, reads: 0 }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const failing = (): never => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  return {
    ...fs,
    readSync: (fd: number, bytes: Uint8Array, at: number, length: number, position: number) => {
      disk.reads++;
      return fs.readSync(fd, bytes, at, length, position);
    },
    writeSync: (fd: number, bytes: Uint8Array, at: number) => {
      const written = fs.writeSync(fd, bytes, at, Math.min(bytes.length - at, disk.bytesLeft));
      disk.bytesLeft -= written;
      return written > 0 ? written : failing();
    },
    fdatasyncSync: (fd: number) => (disk.syncs ? fs.fdatasyncSync(fd) : failing()),
    ftruncateSync: (fd: number, size: number) => (disk.truncates ? fs.ftruncateSync(fd, size) : failing()),
  };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'state');
});
afterEach(() => {
  Object.assign(disk, { bytesLeft: Infinity, syncs: true, truncates: true });
  rmSync(folder, { recursive: true });
});

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

test('values are in the file, not in memory', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().arrayBuffers;
  // what was collected is freed by another thread, a moment later
  const isFree = (): Promise<void> =>
    waitFor('the values to be out of memory', async () => {
      collect();
      const held = process.memoryUsage().arrayBuffers - before;
      return await Promise.resolve(held < 16 << 20 ? { done: undefined } : { seen: `${held} bytes` });
    });
  const store = Store.open(path);
  for (let i = 0; i < 64; i++) {
    store.put(`big/${i}`, new Uint8Array(1 << 20).fill(i));
    store.commit();
  }
  await isFree();
  store.close();
  const again = reopen();
  await isFree();
  expect([again.keys('big/').length, again.get('big/63')?.[7]]).toEqual([64, 63]);
});

test('what is left when the file is rewritten can be read, changed and found again', () => {
  const store = Store.open(path);
  for (let i = 0; i < 60; i++) {
    store.putJson(`small/${i}`, i);
    store.put('big', new Uint8Array(1 << 20).fill(i));
    store.commit();
  }
  store.delete('small/7');
  store.putJson('small/8', 'changed');
  store.commit();
  for (const opened of [store, reopen()]) {
    expect(opened.keys('small/').length).toBe(59);
    expect([opened.getJson('small/3'), opened.getJson('small/59'), opened.getJson('small/8')]).toEqual([
      3,
      59,
      'changed',
    ]);
    expect(opened.get('big')?.every((byte) => byte === 59)).toBe(true);
  }
});

test('many values come in the order of their keys, with few reads, and as they were changed since', () => {
  const store = Store.open(path);
  const COUNT = 2_000;
  const label = (i: number): string => `invoice/${i}`;
  for (let i = 0; i < COUNT; i++) {
    store.putJson(label(i), { i, text: 'x'.repeat(500) });
    if (i % 20 > 0) continue;
    store.put('monitor', new Uint8Array(10_000));
    store.commit();
  }
  store.put('blob', new Uint8Array(3 << 20)); // far between
  for (const i of [7, 1_500]) store.putJson(label(i), { i, paid: true });
  store.delete(label(8));
  store.close();

  const again = reopen();
  again.putJson(label(9), { i: 9, pending: true });
  again.putJson(label(COUNT), { i: COUNT });
  again.delete(label(10));
  disk.reads = 0;
  const found = [...again.allJson<{ i: number }>('invoice/')];
  expect(disk.reads).toBeLessThan(20);
  expect(found.map(({ i }) => i)).toEqual([...Array(COUNT + 1).keys()].filter((i) => i !== 8 && i !== 10));
  expect(found[7]).toEqual({ i: 7, paid: true });
  expect(found[8]).toEqual({ i: 9, pending: true });
  expect(found).toEqual(again.keys('invoice/').map((key) => again.getJson(key)));
});

describe('a commit that fails', () => {
  test.each([
    ['with half of it written', { bytesLeft: 11 }],
    ['with all of it written', { syncs: false }],
    ['and cannot be taken back at once', { bytesLeft: 11, truncates: false }],
  ])('%s leaves nothing: neither its changes, nor harm to later ones', (_what, failure) => {
    const store = Store.open(path);
    store.putJson('a', 1);
    store.commit();
    store.putJson('a', 2);
    store.putJson('b', 2);
    Object.assign(disk, failure);
    expect(() => store.commit()).toThrow('ENOSPC');
    Object.assign(disk, { bytesLeft: Infinity, syncs: true, truncates: true });
    expect([store.getJson('a'), store.getJson('b'), store.dirty]).toEqual([1, undefined, false]);
    store.putJson('c', 3);
    store.close();
    const again = reopen();
    expect([again.getJson('a'), again.getJson('b'), again.getJson('c')]).toEqual([1, undefined, 3]);
  });

  test('is not one where only the file cannot be made smaller', () => {
    const store = Store.open(path);
    for (let i = 0; i < 12; i++) {
      disk.bytesLeft = (3 << 20) / 2; // enough for the record, and not for a second copy
      store.put('big', new Uint8Array(1 << 20).fill(i));
      store.commit();
    }
    store.close();
    expect(reopen().get('big')?.[0]).toBe(11);
    expect(readdirSync(folder)).toEqual(['state']);
  });
});

test('a key that is too long is refused, and harms nothing', () => {
  const store = Store.open(path);
  store.putJson('a', 1);
  expect(() => store.putJson('é'.repeat(32_768), 2)).toThrow(/key 'é+…' has 65536 bytes, more than 65535/);
  store.putJson('é'.repeat(32_767), 3);
  store.close();
  expect(reopen().keys('')).toEqual(['a', 'é'.repeat(32_767)]);
});
