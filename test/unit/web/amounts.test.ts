import { describe, expect, test } from 'vitest';
import { compactAmount, formatAmount } from '../../../web/src/format/amounts.js';

const plain = (text: string): string => text.replaceAll('\u202f', '_');

describe('an amount', () => {
  test.each([
    [1_234_567_890, 'sat', '1_234_567.89 sat'],
    [1_000, 'sat', '1 sat'],
    [1, 'sat', '0.001 sat'],
    [1_234_567, 'msat', '1_234_567 msat'],
    [100_000_000_000, 'btc', '1.00 BTC'],
    [1_234, 'btc', '0.00000001234 BTC'],
    [2_100_000_000_000_000_000, 'btc', '21_000_000.00 BTC'],
    [-5_500, 'sat', '−5.5 sat'],
    [null, 'sat', '–'],
  ] as const)('of %s msat in %s reads %s', (msat, unit, text) => expect(plain(formatAmount(msat, unit))).toBe(text));

  test.each([
    [9_999_000, 'sat', '9_999'],
    [12_345_000, 'sat', '12.3k'],
    [4_180_000_000, 'sat', '4180k'],
    [12_000_000_000, 'sat', '12M'],
    [1_230_000_000, 'btc', '0.0123'],
    [null, 'btc', '–'],
  ] as const)('of %s msat in little room in %s reads %s', (msat, unit, text) =>
    expect(plain(compactAmount(msat, unit))).toBe(text),
  );
});
