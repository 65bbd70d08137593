import { describe, expect, test } from 'vitest';
import { isAllowed, type PeerRules } from '../../../src/daemons/peer-screen/rules.js';
import { layoutOf } from '../../../src/network/layout.js';
import {
  ALL_CONNECTED,
  isHeldApart,
  pairRules,
  partitionOf,
  proxyPath,
  rulesOf,
  withLink,
} from '../../../src/network/weather/links.js';

const NAMES = ['a', 'b', 'c', 'd'];
const LINK = { from: 'b', to: 'a', latencyMs: 5, jitterMs: 0, dropPercent: 0, isDown: false };
const LAYOUT = layoutOf('/pg');
const IDS = new Map(NAMES.map((name) => [name, `id-${name}`]));

describe('a partition', () => {
  test('keeps groups apart; who is in none reaches all', () => {
    const settings = { partition: [['a'], ['b', 'c']], links: [] };
    const cut = pairRules(settings, NAMES).map(({ pair, isCut }) => [...pair, isCut]);
    expect(cut).toEqual([
      ['a', 'b', true],
      ['a', 'c', true],
    ]);
    expect([isHeldApart(settings, 'c', 'a'), isHeldApart(settings, 'b', 'c'), isHeldApart(settings, 'a', 'd')]).toEqual(
      [true, false, false],
    );
  });

  test('of one group is from all others', () => {
    expect(partitionOf([['b']], NAMES)).toEqual([['b'], ['a', 'c', 'd']]);
    expect(partitionOf([['b'], ['c']], NAMES)).toEqual([['b'], ['c']]);
  });

  test.each([[[['a'], ['a', 'b']]], [[NAMES]], [[]], [[['a'], []]]])('%j is none', (groups) => {
    expect(() => partitionOf(groups, NAMES)).toThrow(/both sides|two sides/);
  });
});

describe('a link', () => {
  test('is one, whichever end is named first, and can be taken away', () => {
    const once = withLink(ALL_CONNECTED, ['b', 'a'], LINK);
    const again = withLink(once, ['a', 'b'], { ...LINK, from: 'a', to: 'b', latencyMs: 9 });
    expect(again.links).toMatchObject([{ from: 'a', to: 'b', latencyMs: 9 }]);
    expect(withLink(again, ['b', 'a'], undefined)).toEqual(ALL_CONNECTED);
  });

  test('is called from its first end, at the proxy; the other end is only called', () => {
    const rules = pairRules({ partition: [], links: [LINK] }, NAMES);
    expect(rulesOf('b', rules, IDS, LAYOUT)).toEqual({ 'id-a': { calling: proxyPath(LAYOUT, ['b', 'a']) } });
    expect(rulesOf('a', rules, IDS, LAYOUT)).toEqual({ 'id-b': 'called' });
    expect(rulesOf('c', rules, IDS, LAYOUT)).toEqual({});
  });

  test('is cut where it is down, or a partition is between the two', () => {
    const down = pairRules({ partition: [], links: [{ ...LINK, isDown: true }] }, NAMES);
    const apart = pairRules({ partition: [['a'], ['b']], links: [LINK] }, NAMES);
    for (const rules of [down, apart]) expect(rulesOf('a', rules, IDS, LAYOUT)).toEqual({ 'id-b': 'never' });
  });
});

test.each([
  ['out', '/proxy', { x: { calling: '/proxy' } }, true],
  ['out', '/peer', { x: { calling: '/proxy' } }, false],
  ['in', '/proxy', { x: { calling: '/proxy' } }, false],
  ['in', '/peer', { x: 'called' }, true],
  ['out', '/peer', { x: 'called' }, false],
  ['in', '/peer', { x: 'never' }, false],
  ['in', '/peer', { y: 'never' }, true],
] as const)('whoever is connected %s at %s by the rules %j may stay: %s', (direction, addr, rules, may) => {
  expect(isAllowed(rules as PeerRules, { id: 'x', direction, addr })).toBe(may);
});
