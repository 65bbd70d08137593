import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DelayLine, type LineSettings, type LineStats } from '../../../src/resident/links/delay-line.js';

let settings: LineSettings;
let stats: LineStats;
let delivered: string[];
let cuts: number;
let line: DelayLine;
beforeEach(() => {
  vi.useFakeTimers();
  settings = { latencyMs: 100, jitterMs: 0, dropPercent: 0 };
  stats = { connections: 0, chunks: 0, cuts: 0, leastMs: null, mostMs: null };
  delivered = [];
  cuts = 0;
  line = new DelayLine(
    () => settings,
    stats,
    (chunk) => delivered.push(chunk.toString()),
    () => cuts++,
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const push = (text: string): void => line.push(Buffer.from(text));

test('each chunk comes later by the latency, and how late is measured', () => {
  push('a');
  vi.advanceTimersByTime(99);
  push('b');
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(delivered).toEqual(['a']);
  vi.advanceTimersByTime(99);
  expect(delivered).toEqual(['a', 'b']);
  expect(stats).toMatchObject({ chunks: 2, leastMs: 100, mostMs: 100 });
});

test('no chunk overtakes another, whatever the jitter and a change of the settings', () => {
  const random = vi.spyOn(Math, 'random');
  settings = { latencyMs: 100, jitterMs: 100, dropPercent: 0 };
  for (const [text, chance] of [
    ['late', 0.999],
    ['early', 0],
  ] as const) {
    random.mockReturnValue(chance);
    push(text);
  }
  settings = { latencyMs: 0, jitterMs: 0, dropPercent: 0 };
  push('at once');
  vi.advanceTimersByTime(199);
  expect(delivered).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(delivered).toEqual(['late', 'early', 'at once']);
});

test('so many of a hundred chunks cut the connection', () => {
  settings = { latencyMs: 0, jitterMs: 0, dropPercent: 5 };
  const random = vi.spyOn(Math, 'random');
  random.mockReturnValue(0.05);
  push('passes');
  random.mockReturnValue(0.0499);
  push('cuts');
  vi.runAllTimers();
  expect({ delivered, cuts }).toEqual({ delivered: ['passes'], cuts: 1 });
  expect(stats).toMatchObject({ chunks: 2, cuts: 1 });
});

test('what is on its way when it is closed does not arrive', () => {
  push('a');
  line.close();
  vi.runAllTimers();
  expect(delivered).toEqual([]);
});
