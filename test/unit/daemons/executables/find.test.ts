import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheFolder } from '../../../../src/core/cache-folder.js';
import {
  findExecutable,
  findLightningd,
  type FindOptions,
  type Program,
} from '../../../../src/daemons/executables/find.js';
import { fakeDebian, type FakeDebian } from '../../../fakes/apt/fake-debian.js';

let debian: FakeDebian;
let bin: string;
beforeEach(async () => {
  debian = await fakeDebian();
  bin = join(debian.root, 'bin');
  await mkdir(bin);
});
afterEach(() => debian.remove());

async function program(name: string, folder = bin): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

/** On a machine whose PATH has our folder, with no Debian, unless the test says otherwise. */
async function find(name: Program, options: FindOptions = {}) {
  const env = { PATH: bin, LN_PLAY_CACHE: debian.cache, ...options.env };
  const { executable, trail } = await findExecutable(name, { ...options, host: debian.host, env });
  return { executable, trail, taken: trail.filter((step) => step.taken).map((step) => step.source) };
}

test('the flag goes before the variable, the variable before PATH', async () => {
  const onPath = await program('bitcoind');
  const other = await program('other', join(debian.root, 'elsewhere'));
  const env = { BITCOIND_EXE: onPath };
  expect((await find('bitcoind', { flag: other, env })).executable).toEqual({
    command: other,
    args: [],
    source: 'flag',
  });
  expect((await find('bitcoind', { env })).executable).toMatchObject({ command: onPath, source: 'variable' });
  expect((await find('bitcoind')).executable).toMatchObject({ command: onPath, source: 'path' });
});

test('the trail gives each place with its reason', async () => {
  const path = await program('bitcoind');
  expect((await find('bitcoind')).trail).toEqual([
    { source: 'flag', taken: false, reason: 'not given' },
    { source: 'variable', taken: false, reason: 'BITCOIND_EXE is not set' },
    { source: 'path', taken: true, reason: 'it is on PATH', path },
  ]);
});

test('a bare name in a flag is looked up on PATH', async () => {
  const path = await program('bitcoind-30');
  expect((await find('bitcoind', { flag: 'bitcoind-30' })).executable.command).toBe(path);
});

test.each([
  ['missing', 'there is no such file'],
  ['folder', 'it is not a file'],
  ['plain', 'it is not executable'],
])('a %s program that is named is an error, not skipped', async (name, why) => {
  await program('bitcoind');
  await mkdir(join(debian.root, 'folder'));
  await writeFile(join(debian.root, 'plain'), '');
  const path = join(debian.root, name);
  const code = 'MISSING_BINARY';
  await expect(find('bitcoind', { flag: path })).rejects.toMatchObject({
    code,
    message: `--bitcoind names ${path}: ${why}`,
  });
  await expect(find('bitcoind', { env: { BITCOIND_EXE: path } })).rejects.toMatchObject({
    code,
    message: `BITCOIND_EXE names ${path}: ${why}`,
  });
});

test('what PATH names but nobody can run is passed over', async () => {
  await mkdir(join(bin, 'bitcoind'));
  const path = await program('bitcoind', join(debian.root, 'second'));
  expect((await find('bitcoind', { env: { PATH: `${bin}:${join(debian.root, 'second')}` } })).executable.command).toBe(
    path,
  );
});

test('bitcoin-cli is the one beside bitcoind, also where that is a link', async () => {
  await program('bitcoin-cli');
  const folder = join(debian.root, 'opt');
  const [daemon, cli] = [await program('bitcoind', folder), await program('bitcoin-cli', folder)];
  const link = join(debian.root, 'bitcoind');
  await symlink(daemon, link);
  const { executable } = await find('bitcoin-cli', { beside: { command: link, args: [] } });
  expect(executable).toMatchObject({ command: cli, source: 'beside' });
});

test('bitcoind is fetched where there is none, and found in the cache from then on', async () => {
  const env = debian.env('ok');
  const first = await find('bitcoind', { env });
  expect(first).toMatchObject({ taken: ['download'], executable: { source: 'download' } });
  expect(await find('bitcoind', { env })).toMatchObject({
    taken: ['cache'],
    executable: { command: first.executable.command },
  });
});

test('where there is none and no way to one, the error says what was tried and what to install', async () => {
  const error = (await find('bitcoind').catch((thrown: unknown) => thrown)) as { details: string[]; hint: string };
  expect(error).toMatchObject({ code: 'MISSING_BINARY', message: 'There is no bitcoind on this machine' });
  expect(error.details.map((line) => line.split(':')[0])).toEqual(['flag', 'variable', 'path', 'cache', 'download']);
  for (const system of ['Debian', 'Ubuntu', 'Fedora', 'Arch', 'macOS', 'BITCOIND_EXE', '--bitcoind'])
    expect(error.hint).toContain(system);
});

test('a lightningd from anywhere is Core Lightning’s, unless it is the one of this package', async () => {
  const path = await program('lightningd');
  const options = { env: { PATH: bin }, host: debian.host };
  expect((await findLightningd(options)).executable).toMatchObject({ command: path, implementation: 'cln' });
  const ours = await program('ln-play-lightningd');
  expect((await findLightningd({ ...options, flag: ours })).executable.implementation).toBe('embedded');
});

test('the cache is where LN_PLAY_CACHE or XDG_CACHE_HOME says', () => {
  expect(cacheFolder({ LN_PLAY_CACHE: '/a/b', XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/a/b');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/ln-play');
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative', HOME: '/h' })).toBe('/h/.cache/ln-play');
  expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'ln-play'));
});
