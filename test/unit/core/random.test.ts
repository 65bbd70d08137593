import { expect, test } from 'vitest';
import { Random } from '../../../src/core/random.js';

const many = <T>(draw: () => T): T[] => Array.from({ length: 20_000 }, draw);
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

test('a seed repeats the same numbers, another one does not', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(draw(1)).toEqual(draw(1));
  expect(new Set([1, 2, 2 ** 32 + 1, 0].map((seed) => draw(seed)[0])).size).toBe(4);
});

test('numbers lie in their bounds, evenly', () => {
  const random = new Random(7);
  const numbers = many(() => random.next());
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  expect(mean(numbers)).toBeCloseTo(0.5, 1);
  expect(new Set(many(() => random.whole(3, 6)))).toEqual(new Set([3, 4, 5, 6]));
});

test('waits have their mean, and the normal distribution its spread', () => {
  const random = new Random(7);
  expect(mean(many(() => random.exponential(10))) / 10).toBeCloseTo(1, 1);
  const normal = many(() => random.normal());
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((each) => each ** 2))).toBeCloseTo(1, 1);
});

test('choices are as likely as their weights, and never one without', () => {
  const random = new Random(7);
  const picked = many(() => random.pick([['never', 0], ['rarely', 1], ['often', 3]] as const)); // prettier-ignore
  expect(picked).not.toContain('never');
  expect(picked.filter((each) => each === 'often').length / picked.length).toBeCloseTo(0.75, 1);
});
