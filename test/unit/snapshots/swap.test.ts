import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { dir } from 'tmp-promise';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  finishSwap,
  isDone,
  isPrepared,
  isSwapping,
  newStateOf,
  prepareSwap,
  swapState,
} from '../../../src/snapshots/swap.js';

/** How many operations on files are left before our process is "killed": all fail from then on. */
const life = vi.hoisted(() => ({ left: Infinity }));
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<object>();
  const mortal = Object.entries(real).map(([name, operation]) => {
    if (typeof operation !== 'function') return [name, operation];
    const call = operation as (...args: unknown[]) => unknown;
    const tries = async (...args: unknown[]): Promise<unknown> => {
      if (life.left-- <= 0) throw new Error('killed');
      return await call(...args);
    };
    return [name, tries];
  });
  return Object.fromEntries(mortal) as object;
});

let folder: string;
let cleanup: () => Promise<void>;
let root: string;
let work: string;

/** A state of `a`, a folder, and `b`, and something that is no part of it; beside it one of `a` and `c`. */
async function setOut(): Promise<void> {
  life.left = Infinity;
  await fs.rm(root, { recursive: true, force: true });
  await fs.mkdir(join(root, 'a'), { recursive: true });
  await fs.mkdir(join(newStateOf(work), 'a'), { recursive: true });
  const files = { 'a/x': 'old', b: 'old', mine: 'mine', 'work/new/a/y': 'new', 'work/new/c': 'new' };
  for (const [path, text] of Object.entries(files)) await fs.writeFile(join(root, path), text);
}
const OLD = { 'a/x': 'old', b: 'old', mine: 'mine' };
const NEW = { 'a/y': 'new', c: 'new', mine: 'mine' };

/** All files but those of the work folder. */
async function state(): Promise<object> {
  const entries = await fs.readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const outside = paths.filter((path) => !path.startsWith(work)).sort();
  const texts = await Promise.all(outside.map((path) => fs.readFile(path, 'utf8')));
  return Object.fromEntries(outside.map((path, index) => [path.slice(root.length + 1), texts[index]]));
}

const swap = async (): Promise<void> => {
  await prepareSwap(work, 'the new one', ['a', 'b', 'never-there']);
  await swapState(root, work);
};
/** @returns whether it came to its end */
async function killedAfter(operations: number, body: () => Promise<unknown>): Promise<boolean> {
  life.left = operations;
  const isWhole = await body().then(
    () => true,
    () => false,
  );
  life.left = Infinity;
  return isWhole;
}

beforeEach(async () => {
  ({ path: folder, cleanup } = await dir({ prefix: 'ln-play-test', unsafeCleanup: true }));
  root = join(folder, 'root');
  work = join(root, 'work');
  await setOut();
});
afterEach(async () => {
  life.left = Infinity;
  await cleanup();
});

test('the new state is in the place of the old one, and nothing is left of the move', async () => {
  await swap();
  expect(await state()).toEqual(NEW);
  expect((await fs.readdir(root)).sort()).toEqual(['a', 'c', 'mine']);
});

test('what was prepared alone is no move', async () => {
  await prepareSwap(work, 'the new one', ['a', 'b']);
  expect([await isPrepared(work), await isSwapping(work)]).toEqual([true, false]);
  expect(await finishSwap(root, work)).toBeUndefined();
  expect(await state()).toEqual(OLD);
});

test('killed after any operation, and once more after any while it is finished: the old state or the new one', async () => {
  let count = 0;
  for (let isWhole = false, wasNew = false; !isWhole; count++) {
    await setOut();
    isWhole = await killedAfter(count, swap);
    const isNew: boolean =
      isWhole || (await isSwapping(work)) || (wasNew && !(await fs.readdir(root)).includes('work'));
    expect(isNew || !wasNew).toBe(true); // once it is decided, it is
    wasNew = isNew;
    if (!isNew) expect(await state()).toEqual(OLD);
    const left = async (): Promise<string[]> => (await fs.readdir(root)).filter((name) => name.startsWith('work'));
    const isThere = (await left()).includes('work');
    const again = isThere ? await finishSwap(root, work) : undefined;
    expect({ count, state: await state() }).toEqual({ count, state: isNew ? NEW : OLD });
    if (isThere) expect(again).toBe(isNew ? 'the new one' : undefined);
    expect((await left()).every(isDone)).toBe(true);

    if (!isNew || isWhole) continue;
    for (let second = 0, isFinished = false; !isFinished; second++) {
      await setOut();
      await killedAfter(count, swap);
      isFinished = await killedAfter(second, () => finishSwap(root, work));
      if ((await left()).includes('work')) await finishSwap(root, work);
      expect({ count, second, state: await state() }).toEqual({ count, second, state: NEW });
    }
  }
  expect(count).toBeGreaterThan(20); // it has been everywhere
}, 120_000);
