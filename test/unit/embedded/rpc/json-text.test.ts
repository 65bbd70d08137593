import { expect, test } from 'vitest';
import { shallowMemberTexts, parseExact, TooDeepError, toJson } from '../../../../src/embedded/rpc/json-text.js';

test('the members of an object come as they were written', () => {
  const text = String.raw` { "id" : 1e400 , "a\"b": [1, {"id": 2}, "}"] ,"n":12345678901234567890, "s":"x,\\" } `;
  expect(Object.fromEntries(shallowMemberTexts(text))).toEqual({
    id: '1e400',
    'a"b': '[1, {"id": 2}, "}"]',
    n: '12345678901234567890',
    s: String.raw`"x,\\"`,
  });
  expect(shallowMemberTexts('{}').size).toBe(0);
});

test('of a name that comes twice the first counts', () => {
  expect(shallowMemberTexts('{"a":1,"a":2}').get('a')).toBe('1');
});

test('JSON that is nested too deep is refused', () => {
  const deep = `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
  expect(() => shallowMemberTexts(deep)).toThrow(TooDeepError);
});

test('bigints are written as numbers, and strings that look like them are not', () => {
  expect(toJson({ a: 18_446_744_073_709_551_615n, b: [-1n], c: 'bigint-:5' })).toBe(
    '{"a":18446744073709551615,"b":[-1],"c":"bigint-:5"}',
  );
});

test('numbers that JavaScript cannot keep come as their text', () => {
  const digits = '1'.repeat(64);
  expect(parseExact(`[${digits}, -5, 1e3, 1.50, 0.5, "x 1e3", {"a": -${digits}}]`)).toEqual([
    digits,
    -5,
    '1e3',
    '1.50',
    0.5,
    'x 1e3',
    { a: `-${digits}` },
  ]);
});
