import { expect, it } from 'vitest';
import { paramsOf } from '../../../src/rpc/params.js';

it('reads arguments by position, and JSON as JSON', () => {
  expect(paramsOf(['24msat', '7', 'true', '[1]', '0123', '12345678901234567890'])).toEqual([
    '24msat',
    7,
    true,
    [1],
    '0123',
    '12345678901234567890',
  ]);
  expect(paramsOf([])).toEqual([]);
});

it('reads them by name where the first has one', () => {
  expect(paramsOf(['amount=24', 'label=a=b'])).toEqual({ amount: 24, label: 'a=b' });
  expect(() => paramsOf(['a=1', 'b'])).toThrow(/"b" is not key=value, as those before it are/);
});

it('refuses what looks like JSON and is none', () => {
  expect(() => paramsOf(['{"a":}'])).toThrow(/looks like JSON and is none/);
});
