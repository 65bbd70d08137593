import type { Point } from './layout.js';

/** A channel's line between the middles of two nodes: a quadratic curve, straight where it is the only one. */
export interface Curve {
  readonly from: Point;
  readonly bend: Point;
  readonly to: Point;
}

/** How far channels between the same two nodes are from each other, in px. */
const SPREAD = 46;

/** The line of the `index`th of `count` channels between two nodes, where `forward` says that it goes from `a` to `b`. */
export function curveBetween(a: Point, b: Point, index: number, count: number): Curve {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  // the normal of the pair and not of the channel, so that one opened the other way round lies beside it
  const offset = (index - (count - 1) / 2) * SPREAD * 2;
  const bend = {
    x: (a.x + b.x) / 2 - ((b.y - a.y) / length) * offset,
    y: (a.y + b.y) / 2 + ((b.x - a.x) / length) * offset,
  };
  return { from: a, bend, to: b };
}

/** Where one is after a share of the way, 0 to 1. */
export function pointAt({ from, bend, to }: Curve, t: number): Point {
  const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
  return { x: p * from.x + q * bend.x + r * to.x, y: p * from.y + q * bend.y + r * to.y };
}

/** The part of a curve from one share of its way to another, as an SVG path. */
export function pathOf(curve: Curve, start = 0, end = 1): string {
  const [a, b] = [pointAt(curve, start), pointAt(curve, end)];
  const mix = (p: number, q: number, t: number): number => p + (q - p) * t;
  // the control point of a part, by de Casteljau: the blossom of the two ends
  const at = (axis: 'x' | 'y'): number =>
    mix(mix(curve.from[axis], curve.bend[axis], start), mix(curve.bend[axis], curve.to[axis], start), end);
  return `M${n(a.x)} ${n(a.y)}Q${n(at('x'))} ${n(at('y'))} ${n(b.x)} ${n(b.y)}`;
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

/** How thick a channel is drawn, in px: its capacity by the root, since areas are what is seen. */
export function thicknessOf(totalMsat: number, largestMsat: number): number {
  if (largestMsat <= 0) return 4;
  return 3.5 + 7.5 * Math.sqrt(totalMsat / largestMsat);
}
