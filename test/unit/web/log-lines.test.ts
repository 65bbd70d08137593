import { expect, test } from 'vitest';
import { visibleLines, type NumberedLine } from '../../../web/src/panels/log-lines.js';

const line = (number: number, level: string | null, text: string): NumberedLine => ({
  number,
  level,
  text,
  at: null,
  source: 'connectd',
});
const LINES = [
  line(0, 'io_in', 'bytes'),
  line(1, 'debug', 'a peer'),
  line(2, 'info', 'ready'),
  line(3, 'broken', 'oh'),
  line(4, null, 'more of it'),
];
const numbers = (lines: readonly NumberedLine[]): number[] => lines.map(({ number }) => number);

test('a level is shown with all that are worse, and with what has none', () => {
  expect(numbers(visibleLines(LINES, 'io', '', 9))).toEqual([0, 1, 2, 3, 4]);
  expect(numbers(visibleLines(LINES, 'info', '', 9))).toEqual([2, 3, 4]);
  expect(numbers(visibleLines(LINES, 'broken', '', 9))).toEqual([3, 4]);
});

test('text is looked for in the line and in who wrote it', () => {
  expect(numbers(visibleLines(LINES, 'io', 'PEER', 9))).toEqual([1]);
  expect(numbers(visibleLines(LINES, 'io', 'connectd', 9))).toHaveLength(5);
});

test('of many the newest are shown, in order', () => expect(numbers(visibleLines(LINES, 'io', '', 2))).toEqual([3, 4]));
