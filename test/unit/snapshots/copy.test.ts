import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { copyTree, readTree, SparseWriter } from '../../../src/snapshots/copy.js';

let folder: string;
let cleanup: () => Promise<void>;
let from: string;
let to: string;
beforeEach(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test', unsafeCleanup: true }));
  from = join(folder, 'from');
  to = join(folder, 'to');
  await mkdir(join(from, 'l1', 'regtest'), { recursive: true });
});
afterEach(async () => await cleanup());

test('state is files, folders and links at or below the names; not sockets, and what is of one run', async () => {
  for (const name of ['config', 'lightningd-regtest.pid', `config.${crypto.randomUUID()}.tmp`, 'kept.tmp'])
    await writeFile(join(from, 'l1', name), name);
  for (const name of ['.cookie', 'bitcoind.pid', 'db']) await writeFile(join(from, 'l1', 'regtest', name), name);
  await mkdir(join(from, 'l1', 'empty'));
  await symlink('/nowhere', join(from, 'l1', 'link'));
  await symlink('..', join(from, 'l1', 'up'));
  await writeFile(join(from, 'ln-play.json'), '{}');
  await writeFile(join(from, 'mine'), '');
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(join(from, 'l1', 'rpc'), resolve));
  try {
    const tree = await readTree(from, ['l1', 'ln-play.json', 'nothing']);
    expect({ ...tree, folders: [...tree.folders].sort(), links: [...tree.links].sort() }).toEqual({
      folders: ['l1', 'l1/empty', 'l1/regtest'],
      files: ['l1/config', 'l1/kept.tmp', 'l1/regtest/db', 'ln-play.json'],
      links: ['l1/link', 'l1/up'],
    });
    await copyTree(from, to, tree);
    expect(await readTree(to, ['l1', 'ln-play.json'])).toEqual(await readTree(from, ['l1', 'ln-play.json']));
    expect(await readlink(join(to, 'l1', 'link'))).toBe('/nowhere');
    expect(await readFile(join(to, 'l1', 'regtest', 'db'), 'utf8')).toBe('db');
  } finally {
    server.close();
  }
  await expect(readTree(join(folder, 'nowhere'), ['l1'])).rejects.toMatchObject({ code: 'FILESYSTEM' });
});

test('modes stay, of small files and large ones; folders are for their owner alone', async () => {
  const files: { readonly [name: string]: number } = { secret: 0o400, program: 0o700, large: 0o600 };
  for (const [name, mode] of Object.entries(files)) {
    await writeFile(join(from, 'l1', name), name === 'large' ? Buffer.alloc(1_000_000, 1) : name);
    await chmod(join(from, 'l1', name), mode);
  }
  await copyTree(from, to, await readTree(from, ['l1']));
  for (const [name, mode] of Object.entries(files)) expect((await stat(join(to, 'l1', name))).mode & 0o777).toBe(mode);
  expect((await stat(join(to, 'l1'))).mode & 0o777).toBe(0o700);
});

test('of zeros nothing takes room, and all bytes are the same', async () => {
  const sizes = [0, 1, 256 * 1024 - 1, 256 * 1024, 3_000_001];
  const contents = sizes.map((size) => {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at += 700_000) bytes[at] = 7;
    return bytes;
  });
  await Promise.all(contents.map((bytes, index) => writeFile(join(from, 'l1', `f${index}`), bytes)));
  await writeFile(join(from, 'l1', 'zeros'), Buffer.alloc(16 * 1024 * 1024));
  await copyTree(from, to, await readTree(from, ['l1']));
  for (const [index, bytes] of contents.entries())
    expect((await readFile(join(to, 'l1', `f${index}`))).equals(bytes)).toBe(true);
  const zeros = await stat(join(to, 'l1', 'zeros'));
  expect(zeros.size).toBe(16 * 1024 * 1024);
  // a file system that shares blocks has all of them in both
  const { COPYFILE_FICLONE_FORCE } = constants;
  const shares = await copyFile(join(from, 'l1', 'zeros'), join(folder, 'clone'), COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  if (!shares) expect(zeros.blocks).toBeLessThan(64);
});

test('a sparse file is what was written, in whatever pieces it came', async () => {
  const random = new Random(11);
  for (let round = 0; round < 20; round++) {
    const path = join(folder, `sparse ${round}`);
    const pieces = Array.from({ length: random.whole(0, 12) }, () =>
      Buffer.alloc(random.whole(0, 200_000), random.whole(0, 1)),
    );
    const file = await open(path, 'w');
    const writer = new SparseWriter(file);
    for (const piece of pieces) await writer.write(piece);
    await writer.end();
    await file.close();
    expect((await readFile(path)).equals(Buffer.concat(pieces))).toBe(true);
  }
  const file = await open(join(folder, 'zeros'), 'w');
  const writer = new SparseWriter(file);
  await writer.write(Buffer.alloc(16 * 1024 * 1024));
  await writer.end();
  await file.close();
  expect((await stat(join(folder, 'zeros'))).blocks).toBeLessThan(64);
});

test('what cannot be copied is told with where to', async () => {
  await writeFile(join(from, 'l1', 'config'), '');
  const tree = await readTree(from, ['l1']);
  await writeFile(to, 'in the way');
  await expect(copyTree(from, to, tree)).rejects.toMatchObject({
    code: 'FILESYSTEM',
    message: expect.stringContaining(`Cannot write ${to}`) as string,
  });
  await expect(copyTree(from, join(folder, 'other'), { ...tree, files: ['l1/gone'] })).rejects.toThrow('ENOENT');
  expect((await lstat(to)).isFile()).toBe(true);
});
