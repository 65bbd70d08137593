import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Call, Method } from '../../../../src/embedded/context.js';
import { datastoreMethods } from '../../../../src/embedded/methods/datastore.js';
import { readParams } from '../../../../src/embedded/rpc/read-params.js';
import { Store } from '../../../../src/embedded/store/store.js';

let dir: string;
let methods: readonly Method[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play store '));
  methods = datastoreMethods(Store.open(join(dir, 'datastore')));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const call = async (name: string, params: object = {}): Promise<unknown> => {
  const found = methods.find((method) => method.name === name)!;
  return await found.handle(readParams(found, params), {} as Call);
};

test('keeps what it was given, over a restart', async () => {
  expect(await call('datastore', { key: 'a', string: 'é' })).toEqual({
    key: ['a'],
    generation: 0n,
    hex: 'c3a9',
    string: 'é',
  });
  expect(await call('datastore', { key: ['a'], hex: 'ff', mode: 'must-append' })).toEqual({
    key: ['a'],
    generation: 1n,
    hex: 'c3a9ff',
  });
  methods = datastoreMethods(Store.open(join(dir, 'datastore')));
  expect(await call('listdatastore', { key: 'a' })).toMatchObject({ datastore: [{ generation: 1n, hex: 'c3a9ff' }] });
});

test('keys form a tree, of which a listing shows one level', async () => {
  for (const key of [['p', 'b', 'x'], ['p', 'b', 'y'], ['p', 'a'], ['q']])
    await call('datastore', { key, string: 'v' });
  expect(await call('listdatastore')).toMatchObject({ datastore: [{ key: ['p'] }, { key: ['q'], string: 'v' }] });
  expect(await call('listdatastore', { key: ['p'] })).toMatchObject({
    datastore: [{ key: ['p', 'a'], string: 'v' }, { key: ['p', 'b'] }],
  });
  expect(await call('datastoreusage', { key: 'q' })).toEqual({ datastoreusage: { key: '[q]', total_bytes: 2 } });
  await expect(call('datastore', { key: 'p', string: '' })).rejects.toMatchObject({ code: 1205 });
  await expect(call('datastore', { key: ['q', 'r'], string: '' })).rejects.toMatchObject({
    code: 1206,
    message: 'Parent key [q] exists',
  });
});

test('a key that is too long is refused, and harms nothing', async () => {
  await expect(call('datastore', { key: ['a', 'é'.repeat(32_767)], string: 'v' })).rejects.toMatchObject({
    code: -32602,
    message: 'key: 65536 bytes, more than 65535',
  });
  await call('datastore', { key: ['é', 'a'.repeat(65_532)], string: 'v' });
  methods = datastoreMethods(Store.open(join(dir, 'datastore')));
  expect(await call('listdatastore')).toMatchObject({ datastore: [{ key: ['é'] }] });
});

test('says what is wrong in CLN’s words', async () => {
  await expect(call('datastore', { key: 'a' })).rejects.toThrow('Must have either hex or string');
  await expect(call('datastore', { key: 'a', hex: '', string: '' })).rejects.toThrow('Cannot have both hex and string');
  await expect(call('datastore', { key: 'a', hex: '', generation: 1 })).rejects.toThrow('generation only valid with');
  await expect(call('datastore', { key: [], hex: '' })).rejects.toThrow('key: should not be empty');
  await expect(call('datastore', { key: {}, hex: '' })).rejects.toThrow('key: should be string or array');
  await expect(call('datastore', { key: 'a', hex: '', mode: 'x' })).rejects.toThrow("mode: should be 'must-create',");
  await expect(call('datastore', { key: 'a', hex: '', mode: 'must-replace' })).rejects.toMatchObject({ code: 1203 });
  await call('datastore', { key: 'a', hex: '' });
  await expect(call('datastore', { key: 'a', hex: '' })).rejects.toMatchObject({ code: 1202 });
  await expect(call('datastore', { key: 'a', hex: '', mode: 'must-replace', generation: 5 })).rejects.toMatchObject({
    code: 1204,
  });
  await expect(call('deldatastore', { key: 'a', generation: 5 })).rejects.toMatchObject({ code: 1201 });
  expect(await call('deldatastore', { key: 'a' })).toMatchObject({ key: ['a'], hex: '' });
  await expect(call('deldatastore', { key: 'a' })).rejects.toMatchObject({ code: 1200 });
});
