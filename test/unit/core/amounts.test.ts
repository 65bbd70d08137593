import { expect, test } from 'vitest';
import { formatMsat, formatSat, MAX_MSAT, satToBtc } from '../../../src/core/amounts.js';
import { parseAmountMsat, parseAmountSat } from '../../../src/cln/amounts.js';

test.each([
  ['0.042btc', 4_200_000_000n],
  ['1btc', 100_000_000_000n],
  ['0.00000001btc', 1_000n],
  ['0.00000000001btc', 1n], // as CLN's parse_amount_msat has it: 11 decimals are whole msat
  ['24msat', 24n],
  ['10sat', 10_000n],
  ['10', 10_000n],
  ['1.5sat', 1_500n],
  ['0msat', 0n],
  ['21000000btc', MAX_MSAT],
  [' 10sat ', 10_000n],
])('%s is %i msat', (text, msat) => {
  expect(parseAmountMsat(text)).toBe(msat);
});

test('a bare number is in the unit that is meant', () => {
  expect(parseAmountMsat('7', 'amount', 'msat')).toBe(7n);
  expect(parseAmountMsat('7', 'amount', 'btc')).toBe(700_000_000_000n);
});

test.each([
  '1.5msat',
  '-1',
  '-1sat',
  '1e400btc',
  '1e3',
  '',
  ' ',
  'btc',
  '.5btc',
  '1.btc',
  '1,5btc',
  '0x10',
  'NaN',
  '１sat',
  '1 sat',
  '1BTC',
  '0.000000000001btc',
])('%j is no amount', (text) => {
  expect(() => parseAmountMsat(text, 'capacity')).toThrow(
    expect.objectContaining({ code: 'USAGE', message: `capacity ${JSON.stringify(text)} is not an amount` }),
  );
});

test('more than there can be', () => {
  for (const text of ['21000000.00000001btc', `${'9'.repeat(400)}btc`])
    expect(() => parseAmountMsat(text)).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.any(String) }));
});

test('the chain counts in whole sat', () => {
  expect(parseAmountSat('0.042btc')).toBe(4_200_000n);
  expect(parseAmountSat('1000msat')).toBe(1n);
  expect(() => parseAmountSat('1msat')).toThrow(/not a whole number of sat/);
});

test.each([
  [24n, '24msat'],
  [1_500n, '1500msat'],
  [10_000n, '10sat'],
  [99_999_000n, '99999sat'],
  [4_200_000_000n, '0.042btc'],
  [100_000_000_000n, '1btc'],
  [1_000_000_000_000n, '10btc'],
  [0n, '0msat'],
])('%i msat reads %s, and back', (msat, text) => {
  expect(formatMsat(msat)).toBe(text);
  expect(parseAmountMsat(text)).toBe(msat);
});

test('decimal BTC keeps zeros that count', () => {
  expect(satToBtc(1_000_000_000n)).toBe('10');
  expect(satToBtc(1n)).toBe('0.00000001');
  expect(satToBtc(0n)).toBe('0');
});

test.each([
  [4_200_000_000n, '4200000sat'],
  [4_199_999_976n, '4199999.976sat'],
  [24n, '0.024sat'],
  [1_500n, '1.5sat'],
  [0n, '0sat'],
])('%i msat are %s beside others', (msat, text) => {
  expect(formatSat(msat)).toBe(text);
  expect(parseAmountMsat(text)).toBe(msat);
});
