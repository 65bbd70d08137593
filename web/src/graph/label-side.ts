import type { Point } from './layout.js';

export type Side = 'below' | 'above' | 'right' | 'left';

const WAYS: Readonly<Record<Side, Point>> = {
  below: { x: 0, y: 1 },
  above: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  left: { x: -1, y: 0 },
};

/** On which side of a node its words cross the fewest of its channels; below, where it makes no difference. */
export function labelSide(at: Point, neighbours: readonly Point[]): Side {
  const crowdOf = (side: Side): number =>
    neighbours.reduce((sum, { x, y }) => {
      const length = Math.hypot(x - at.x, y - at.y) || 1;
      const along = ((x - at.x) * WAYS[side].x + (y - at.y) * WAYS[side].y) / length;
      return sum + Math.max(0, along - 0.35) ** 2;
    }, 0);
  let best: Side = 'below';
  for (const side of ['above', 'right', 'left'] as const) if (crowdOf(side) < crowdOf(best) - 0.02) best = side;
  return best;
}
