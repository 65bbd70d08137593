import { expect, test } from 'vitest';
import { curveBetween, pathOf, pointAt, thicknessOf } from '../../../web/src/graph/curves.js';
import { labelSide } from '../../../web/src/graph/label-side.js';

const [A, B] = [
  { x: 0, y: 0 },
  { x: 100, y: 0 },
];

test('the only channel of two nodes is straight, and several lie beside each other', () => {
  expect(pointAt(curveBetween(A, B, 0, 1), 0.5)).toEqual({ x: 50, y: 0 });
  const middles = [0, 1, 2].map((index) => pointAt(curveBetween(A, B, index, 3), 0.5).y);
  expect(new Set(middles).size).toBe(3);
  expect(middles[1]).toBe(0);
});

test('the parts of a curve meet where it is cut', () => {
  const curve = curveBetween(A, B, 0, 2);
  const cut = pointAt(curve, 0.3);
  const at = `${Math.round(cut.x * 10) / 10} ${Math.round(cut.y * 10) / 10}`;
  expect(pathOf(curve, 0, 0.3).endsWith(at)).toBe(true);
  expect(pathOf(curve, 0.3, 1).startsWith(`M${at}`)).toBe(true);
});

test('a larger channel is thicker', () => {
  expect(thicknessOf(100, 100)).toBeGreaterThan(thicknessOf(10, 100));
  expect(thicknessOf(0, 0)).toBeGreaterThan(0);
});

test('the words of a node stand where no channel goes', () => {
  expect(labelSide(A, [])).toBe('below');
  expect(labelSide(A, [{ x: 0, y: 100 }])).toBe('above');
  expect(labelSide(A, [{ x: 0, y: 100 }, { x: 0, y: -100 }])).toBe('right'); // prettier-ignore
});
