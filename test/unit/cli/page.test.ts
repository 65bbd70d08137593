import { afterEach, expect, test, vi } from 'vitest';
import { Output } from '../../../src/cli/output.js';
import { Page } from '../../../src/cli/workshop/page.js';

const columns = process.stdout.columns;
afterEach(() => {
  process.stdout.columns = columns;
  vi.restoreAllMocks();
});

/** What a page shows of these lines on a screen of 26 columns. */
function shown(lines: readonly string[]): string[] {
  process.stdout.columns = 26;
  let text = '';
  const out = new Output({});
  vi.spyOn(out, 'write').mockImplementation((part: string) => void (text += part));
  new Page(out).printed(lines);
  return text.trimEnd().split('\n');
}

test('a few lines are shown whole, broken between words', () => {
  expect(shown(["BROKEN lightningd: Don't use --addr=/path"])).toEqual([
    '     BROKEN lightningd: ',
    "     Don't use ",
    '     --addr=/path',
  ]);
  expect(shown(['x'.repeat(30)])).toEqual([`     ${'x'.repeat(20)}`, `     ${'x'.repeat(10)}`]);
});

test('many lines are cut at the edge', () => {
  const many = Array.from({ length: 5 }, () => 'x'.repeat(30));
  expect(shown(many)).toEqual(many.map(() => `     ${'x'.repeat(19)}…`));
});
