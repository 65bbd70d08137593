import { expect, test } from 'vitest';
import { formatDurationMs, parseDurationMs, readDurationMs } from '../../../src/core/durations.js';

test.each([
  ['200ms', 200],
  ['0.5ms', 0.5],
  ['1.5s', 1_500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  [' 1d ', 86_400_000],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text, '--for')).toBe(ms);
});

test.each(['', ' ', '10', '-1s', 's', '1 s', '1e3s', '.5s', '1.s', '1s1m', 'NaN', 'Infinity', '1S', '1min'])(
  '%j is no duration',
  (text) => {
    expect(() => parseDurationMs(text, '--for')).toThrow(`--for ${JSON.stringify(text)} is not a duration`);
  },
);

test('a bare number counts only where its unit is known', () => {
  expect(readDurationMs('10')).toBeUndefined();
  expect(readDurationMs('10', 's')).toBe(10_000);
  expect(readDurationMs('10ms', 's')).toBe(10);
});

test('no time at all, and more than a timer takes, are refused', () => {
  expect(() => parseDurationMs('0s', '--every')).toThrow('--every "0s" is no time at all');
  expect(() => parseDurationMs('25d', '--every')).toThrow('--every "25d" is longer than can be waited for');
});

test.each([
  [0, '0s'],
  [1.5, '1.5ms'],
  [1_500, '1500ms'],
  [30_000, '30s'],
  [90_000, '90s'],
  [120_000, '2m'],
  [7_200_000, '2h'],
  [86_400_000, '1d'],
])('%d ms are written %s, and read again', (ms, text) => {
  expect(formatDurationMs(ms)).toBe(text);
  expect(readDurationMs(text)).toBe(ms);
});
