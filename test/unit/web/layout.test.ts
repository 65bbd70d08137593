import { describe, expect, test } from 'vitest';
import { countCrossings, layOut, type Pair } from '../../../web/src/graph/layout.js';
import { keepPlaces, readPlaces, type Store } from '../../../web/src/graph/places-store.js';

const ring = (count: number): { names: string[]; pairs: Pair[] } => {
  const names = Array.from({ length: count }, (_, index) => `l${index + 1}`);
  return { names, pairs: names.map((name, index) => [name, names[(index + 1) % count]!]) };
};

describe('the layout', () => {
  test('puts two nodes side by side, and one above the other where the screen is high', () => {
    const [wide, high] = [1.8, 0.5].map((aspect) => layOut(['l1', 'l2'], [['l1', 'l2']], new Map(), aspect));
    expect([wide!.get('l1')!.y, wide!.get('l2')!.y]).toEqual([0, 0]);
    expect(wide!.get('l1')!.x).toBeLessThan(wide!.get('l2')!.x);
    expect([high!.get('l1')!.x, high!.get('l2')!.x]).toEqual([0, 0]);
  });

  test('is the same every time', () => {
    const { names, pairs } = ring(9);
    expect(layOut(names, pairs)).toEqual(layOut(names, pairs));
  });

  test('has no crossing where there need be none, and no two nodes on top of each other', () => {
    const { names, pairs } = ring(12);
    const places = layOut(names, pairs);
    expect(countCrossings(places, pairs)).toBe(0);
    const all = [...places.values()];
    for (const [index, a] of all.entries())
      for (const b of all.slice(index + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(80);
  });

  test('leaves where it is what has a place, and puts what is new near its peer', () => {
    const known = new Map([
      ['l1', { x: 1000, y: 500 }],
      ['l2', { x: 1400, y: 500 }],
    ]);
    const places = layOut(['l1', 'l2', 'l3'], [['l2', 'l3']], known);
    expect(places.get('l1')).toEqual(known.get('l1'));
    expect(places.get('l2')).toEqual(known.get('l2'));
    const { x, y } = places.get('l3')!;
    expect(Math.hypot(x - 1400, y - 500)).toBeLessThan(600);
  });

  test('takes a channel to a node that is not there, or to itself, for none', () => {
    expect(layOut(['l1', 'l2', 'l3', 'l4'], [['l1', 'gone'], ['l2', 'l2']]).size).toBe(4); // prettier-ignore
    expect(layOut([], []).size).toBe(0);
  });
});

describe('places that are kept', () => {
  const store = (): Store & { readonly kept: Map<string, string> } => {
    const kept = new Map<string, string>();
    return { kept, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
  };

  test('are those of a playground alone', () => {
    const browser = store();
    keepPlaces(browser, '/a', [['l1', { x: 1.4, y: -2.6 }]]);
    expect(readPlaces(browser, '/a')).toEqual(new Map([['l1', { x: 1, y: -3 }]]));
    expect(readPlaces(browser, '/b')).toEqual(new Map());
  });

  test.each(['', '{', '[]', 'null', '{"l1":5}', '{"l1":["a",1]}'])('are none of %j', (text) => {
    const browser = store();
    keepPlaces(browser, '/a', []);
    browser.kept.set([...browser.kept.keys()][0]!, text);
    expect(readPlaces(browser, '/a')).toEqual(new Map());
  });

  test('are done without where a browser keeps nothing', () => {
    const full: Store = {
      getItem: () => null,
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    expect(() => keepPlaces(full, '/a', [['l1', { x: 1, y: 1 }]])).not.toThrow();
  });
});
