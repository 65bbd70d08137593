import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { followFile } from '../../../src/daemons/log-follow.js';
import { tailFile } from '../../../src/daemons/log-tail.js';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play logs '));
  file = join(dir, 'log');
});
afterEach(() => rm(dir, { recursive: true }));

test('the last lines', async () => {
  await writeFile(file, 'one\ntwo\n\nthree\nfour, which is not ended');
  expect(await tailFile(file, 2)).toEqual(['three', 'four, which is not ended']);
  expect(await tailFile(file, 10)).toEqual(['one', 'two', 'three', 'four, which is not ended']);
  expect(await tailFile(file, 10, 4)).toEqual(['two', 'three', 'four, which is not ended']);
  expect(await tailFile(file, 10, 1_000)).toEqual([]);
  expect(await tailFile(join(dir, 'none'), 3)).toEqual([]);
  await writeFile(file, '');
  expect(await tailFile(file, 3)).toEqual([]);
});

test('the last lines of a long file, none cut in its middle', async () => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'ä'.repeat(i % 30)}`);
  await writeFile(file, lines.join('\n'));
  expect(await tailFile(file, 5)).toEqual(lines.slice(-5));
  expect(await tailFile(file, 15_000)).toEqual(lines.slice(-15_000));
});

/** Follows until `text` has come. */
async function follow(from: number, text: string, steps: readonly (() => Promise<void>)[] = []): Promise<string> {
  const stop = new AbortController();
  let seen = '';
  let step = 0;
  for await (const piece of followFile(file, { from, signal: stop.signal })) {
    seen += piece;
    await steps[step++]?.();
    if (seen.endsWith(text)) stop.abort();
  }
  return seen;
}

test('follows a file as it grows', async () => {
  await writeFile(file, 'old\nnew\n');
  expect(await follow(4, 'end\n', [() => appendFile(file, 'more\n'), () => appendFile(file, 'end\n')])).toBe(
    'new\nmore\nend\n',
  );
});

test('a character that is written in two pieces stays whole', async () => {
  const [first, second] = [Buffer.from('ü').subarray(0, 1), Buffer.from('ü!').subarray(1)];
  await writeFile(file, first);
  expect(await follow(0, '!', [() => appendFile(file, second)])).toBe('ü!');
});

test('a file that is emptied or replaced is read from its beginning', async () => {
  await writeFile(file, 'a long first line\n');
  const replace = async (): Promise<void> => {
    await writeFile(`${file}.new`, 'replaced, and longer than before: end\n');
    await rename(`${file}.new`, file);
  };
  expect(await follow(0, 'end\n', [() => writeFile(file, 'short\n'), replace])).toBe(
    'a long first line\nshort\nreplaced, and longer than before: end\n',
  );
});
