import { describe, expect, test } from 'vitest';
import { cliLine, paramsOf, typedParams, valueOf } from '../../../web/src/console/params.js';

describe('a parameter', () => {
  test.each([
    ['5', 'u64', 5],
    ['true', 'boolean', true],
    ['12345', 'string', '12345'],
    ['10sat', 'msat', '10sat'],
    ['10000', 'msat_or_any', 10_000],
    ['any', 'msat_or_any', 'any'],
    ['["a", "b"]', 'array', ['a', 'b']],
    ['{"a": 1}', 'string', { a: 1 }],
    ['02ab', 'pubkey', '02ab'],
    ['no json', 'object', 'no json'],
  ])('%s of the type %s is %j', (text, type, value) => expect(valueOf(text, type)).toEqual(value));
});

test('only what is filled in is asked with', () => {
  const parameters = [
    { name: 'amount_msat', type: 'msat', required: true },
    { name: 'label', type: 'string', required: true },
    { name: 'expiry', type: 'u64', required: false },
  ];
  expect(paramsOf(parameters, { amount_msat: ' 10sat ', label: '7', expiry: ' ' })).toEqual({
    amount_msat: '10sat',
    label: '7',
  });
});

test('the line is what one types for the same', () => {
  expect(cliLine('l1', 'invoice', { amount_msat: '10sat', label: "it's" })).toBe(
    "ln-play cli l1 invoice amount_msat=10sat 'label=it'\\''s'",
  );
  expect(cliLine('l1', 'getroute', ['02ab', 5, { a: 1 }])).toBe(`ln-play cli l1 getroute 02ab 5 '{"a":1}'`);
});

test('what is typed as JSON is an object or a list', () => {
  expect(typedParams(' ')).toEqual({});
  expect(typedParams('[1]')).toEqual([1]);
  for (const text of ['5', 'null', '{']) expect(() => typedParams(text)).toThrow(SyntaxError);
});
