import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePrivateFolder, readIfThere, writeWhole } from '../../../src/core/files.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play files '));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('writes a file as a whole, for its owner alone', async () => {
  const file = join(dir, 'config');
  await writeWhole(file, 'old');
  await writeWhole(file, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['config']);
});

test('a write that fails names the file, leaves the old one and no other', async () => {
  await mkdir(join(dir, 'taken', 'full'), { recursive: true });
  await expect(writeWhole(join(dir, 'taken'), 'text')).rejects.toMatchObject({
    code: 'FILESYSTEM',
    message: expect.stringContaining(join(dir, 'taken')) as string,
    hint: expect.any(String) as string,
  });
  expect(await readdir(dir)).toEqual(['taken']);
  await expect(writeWhole(join(dir, 'nowhere', 'file'), 'text')).rejects.toMatchObject({ code: 'FILESYSTEM' });
});

test('a file that is not there is no error, one that cannot be read is', async () => {
  expect(await readIfThere(join(dir, 'nothing'))).toBeUndefined();
  await expect(readIfThere(dir)).rejects.toMatchObject({ code: 'FILESYSTEM' });
});

test('a folder for its owner alone, with those above it', async () => {
  await makePrivateFolder(join(dir, 'a', 'b'));
  for (const path of ['a', 'a/b']) expect((await stat(join(dir, path))).mode & 0o777).toBe(0o700);
  await makePrivateFolder(join(dir, 'a', 'b'));
  await writeFile(join(dir, 'file'), '');
  for (const path of ['file', 'file/below'])
    await expect(makePrivateFolder(join(dir, path))).rejects.toMatchObject({
      code: 'FILESYSTEM',
      hint: expect.stringContaining('--dir') as string,
    });
});
