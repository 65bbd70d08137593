import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadCompiled, type Loaded } from '../../../src/embedded/compiled.js';

interface Program {
  readonly number: () => number;
  readonly folder: string;
}

let root: string;
let cleanup: () => Promise<void>;
beforeEach(async () => ({ path: root, cleanup } = await dir({ prefix: 'ln-play-test-', unsafeCleanup: true })));
afterEach(() => cleanup());

const cache = (): string => join(root, 'cache');
const folder = (): string => join(cache(), 'compiled-lightningd');

async function load(number: number): Promise<Loaded<Program>> {
  const file = join(root, `program-${number}.cjs`);
  await writeFile(file, source(number));
  return loadCompiled<Program>(file, cache());
}

const source = (number: number): string =>
  `exports.number = () => ${number}; exports.folder = require('node:path').dirname(__filename); exports.number();`;

/** Keeps what was compiled of program 1 as if it were of program 2: V8 tells them apart by their length alone. */
async function plant(): Promise<string> {
  await (await load(1)).keep();
  const [first] = await readdir(folder());
  const hash = createHash('sha256').update(source(2)).digest('hex').slice(0, 16);
  const second = join(folder(), first!.replace(/^[0-9a-f]{16}/, hash));
  await copyFile(join(folder(), first!), second);
  return second;
}

test('a program is loaded with what was compiled of it before', async () => {
  const { exports } = await load(1);
  expect([exports.number(), exports.folder]).toEqual([1, root]);
  await plant();
  expect((await load(2)).exports.number()).toBe(1);
});

test.each([
  ['damaged', async (file: string) => await writeFile(file, (await readFile(file)).fill(0, 100))],
  ['cut short', async (file: string) => await writeFile(file, (await readFile(file)).subarray(0, 40))],
  ['empty', async (file: string) => await writeFile(file, '')],
  ['another Node’s', async (file: string) => await writeFile(file, await otherNode(await readFile(file)))],
  ['writable by others', async (file: string) => await chmod(file, 0o666)],
  ['in a folder writable by others', async () => await chmod(cache(), 0o777)],
])('what is %s is not used', async (_, spoil) => {
  const file = await plant();
  await spoil(file);
  expect((await load(2)).exports.number()).toBe(2);
});

/** The same for V8, as it says at the beginning, but of another version. */
async function otherNode(content: Buffer): Promise<Buffer> {
  const data = Buffer.from(content.subarray(32));
  data.writeUInt32LE(data.readUInt32LE(4) ^ 1, 4);
  return Buffer.concat([createHash('sha256').update(data).digest(), data]);
}

test('what can’t be used is made anew', async () => {
  const file = await plant();
  const damaged = await otherNode(await readFile(file));
  await writeFile(file, damaged);
  await (await load(2)).keep();
  expect((await readFile(file)).equals(damaged)).toBe(false);
});

test('a cache that cannot be written is none', async () => {
  await writeFile(cache(), 'a file');
  const { exports, keep } = await load(1);
  await keep();
  expect(exports.number()).toBe(1);
});

test('where others can write, nothing is kept', async () => {
  await mkdir(cache());
  await chmod(cache(), 0o777);
  await (await load(1)).keep();
  expect(await readdir(folder())).toEqual([]);
});

test('those of the last six programs are kept', async () => {
  for (let number = 0; number < 8; number++) {
    await (await load(number)).keep();
    for (const name of await readdir(folder())) {
      const file = join(folder(), name);
      await utimes(file, 1_000_000 + number, 1_000_000 + number);
    }
  }
  expect(await readdir(folder())).toHaveLength(6);
});
