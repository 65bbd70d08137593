import { describe, expect, test } from 'vitest';
import { ParamError, RpcError } from '../../../../src/embedded/rpc/errors.js';
import * as params from '../../../../src/embedded/rpc/params.js';
import { readParams, usageOf } from '../../../../src/embedded/rpc/read-params.js';

const ON_CURVE = '02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333';
const OFF_CURVE = `02${'0'.repeat(64)}`;
const HASH = 'ab'.repeat(32);

const TAKES: readonly (readonly [name: keyof typeof params, value: unknown, result: unknown])[] = [
  ['string_', 'a', 'a'],
  ['string_', 5, '5'],
  ['string_', { a: 1 }, '{"a":1}'],
  ['label', 7, '7'],
  ['bool', false, false],
  ['u32', 4_294_967_295, 4_294_967_295],
  ['u32', '0x10', 16],
  ['u64', '18446744073709551615', 18_446_744_073_709_551_615n],
  ['s64', -5, -5n],
  ['msat', '1', 1n],
  ['msat', 24, 24n],
  ['msat', '10sat', 10_000n],
  ['msat', '0.042btc', 4_200_000_000n],
  ['msat', '0.00000000001btc', 1n],
  ['msatOrAny', 'any', 'any'],
  ['sat', '1000msat', 1n],
  ['sat', '0msat', 0n],
  ['sat', 5, 5n],
  ['satOrAll', 'all', 'all'],
  ['feerate', '253perkw', { perKw: 253 }],
  ['feerate', '1perkw', { perKw: 253 }],
  ['feerate', 4001, { perKw: 1001 }],
  ['feerate', '4000perkb', { perKw: 1000 }],
  ['feerate', 'slow', { name: 'slow' }],
  ['feerate', '6blocks', { blocks: 6 }],
  ['nodeId', ON_CURVE.toUpperCase(), ON_CURVE],
  ['hash', HASH, HASH],
  ['hex', '', ''],
  ['shortChannelId', '103x1x0', '103x1x0'],
  ['shortChannelIdDir', '103x1x0/1', { shortChannelId: '103x1x0', direction: 1 }],
  ['outpoint', `${HASH}:3`, { txid: HASH, outnum: 3 }],
  ['millionths', '0.5', 500_000],
];

const REFUSES: readonly (readonly [name: keyof typeof params, value: unknown, wanted: string])[] = [
  ['bool', 'true', "should be 'true' or 'false'"],
  ['escapedString', 5, 'should be a string (without \\u)'],
  ['label', [], 'should be a string or number'],
  ['u16', 65_536, 'should be an unsigned 16 bit integer'],
  ['u32', -1, 'should be an unsigned 32 bit integer'],
  ['u32', 1.5, 'should be an unsigned 32 bit integer'],
  ['u32', null, 'should be an unsigned 32 bit integer'],
  ['u64', '18446744073709551616', 'should be an unsigned 64 bit integer'],
  ['msat', '1.5msat', 'should be a millisatoshi amount'],
  ['msat', '-1', 'should be a millisatoshi amount'],
  ['msat', '1e400btc', 'should be a millisatoshi amount'],
  ['msat', {}, 'should be a millisatoshi amount'],
  ['msatOrAny', 0, "should be positive msat or 'any'"],
  ['sat', '1msat', 'should be a satoshi amount'],
  ['nodeId', OFF_CURVE, 'should be a node id'],
  ['nodeId', ON_CURVE.slice(2), 'should be a node id'],
  ['pubkey', `04${'0'.repeat(64)}`, 'should be a compressed pubkey'],
  ['txid', HASH.slice(2), 'should be a txid'],
  ['hex', 'abc', 'should be a hex value'],
  ['shortChannelId', '103:1:0', 'should be a short_channel_id of form NxNxN'],
  ['shortChannelId', '16777216x1x0', 'should be a short_channel_id of form NxNxN'],
  ['outpoint', HASH, 'should be a txid:outnum'],
];

const TYPES: Readonly<Record<string, unknown>> = { ...params };
const typeOf = (name: string): params.ParamType<unknown> => TYPES[name] as params.ParamType<unknown>;

test.each(TAKES)('%s takes %j', (name, value, result) => {
  expect(typeOf(name)(value, 'x')).toEqual(result);
});

test.each(REFUSES)('%s refuses %j', (name, value, wanted) => {
  expect(() => typeOf(name)(value, 'x')).toThrow(new ParamError('x', wanted, value));
});

test('a feerate that is none is answered with the part that should be a number', () => {
  expect(() => params.feerate('fastperkw', 'feerate')).toThrow(
    "'feerate' should be an integer with optional perkw/perkb, not 'fast'",
  );
  expect(() => params.feerate('xblocks', 'feerate')).toThrow("'feerate' should be an integer not 'x'");
});

describe('parameters', () => {
  const method = {
    params: [
      { name: 'id', type: params.string_, required: true },
      { name: 'count', type: params.u32, default: 3 },
      { name: 'note', type: params.string_ },
    ],
  };

  test('come by position, where null is absent, or by name', () => {
    expect(readParams(method, ['a'])).toEqual({ id: 'a', count: 3 });
    expect(readParams(method, ['a', null, 'n'])).toEqual({ id: 'a', count: 3, note: 'n' });
    expect(readParams(method, { note: 'n', id: 'a', count: 4 })).toEqual({ id: 'a', count: 4, note: 'n' });
  });

  test.each([
    [[], 'missing required parameter: id'],
    [{ count: 1 }, 'missing required parameter: id'],
    [['a', 1, 'b', 'c'], 'too many parameters: got 4, expected 3'],
    [{ id: 'a', foo: 1 }, /^unknown parameter: foo, this may be caused by/],
    [5, 'Expected array or object for params'],
    [null, 'Expected array or object for params'],
  ])('%j are refused', (given, message) => {
    expect(() => readParams(method, given)).toThrow(message);
    expect(() => readParams(method, given)).toThrow(RpcError);
  });

  test('beyond the declared ones are passed on where a method takes them', () => {
    expect(readParams({ ...method, allowExtra: true }, { id: 'a', more: [1] })).toMatchObject({ more: [1] });
  });

  test('are shown in help', () => expect(usageOf(method.params)).toBe('id [count] [note]'));

  describe('that are not honoured', () => {
    const odd = {
      params: [
        { name: 'id', alias: 'name', type: params.string_, required: true },
        { name: 'weight', type: params.any_, required: true, unhonoured: { ignored: 'it weighs nothing' } },
        { name: 'shape', type: params.any_, unhonoured: { refused: 'see `form`', unless: false } },
        { name: 'last', type: params.string_ },
      ],
    };

    test('keep their place, are heard of, and reach no handler', () => {
      const heard: string[][] = [];
      const args = readParams(odd, ['a', { any: 'thing' }, null, 'z'], (...ignored) => void heard.push(ignored));
      expect(args).toEqual({ id: 'a', last: 'z' });
      expect(heard).toEqual([['weight', 'it weighs nothing']]);
      expect(() => readParams(odd, ['a'])).toThrow('missing required parameter: weight');
    });

    test('are refused by name, unless they ask for nothing', () => {
      expect(() => readParams(odd, { id: 'a', weight: 1, shape: 'round' })).toThrow(
        'shape: the embedded lightningd does not support this: see `form`',
      );
      expect(readParams(odd, { id: 'a', weight: 1, shape: false })).toEqual({ id: 'a' });
    });

    test('are shown in help where they are not refused', () => expect(usageOf(odd.params)).toBe('id weight [last]'));

    test('one has another name', () => expect(readParams(odd, { name: 'a', weight: 1 })).toEqual({ id: 'a' }));
  });
});
