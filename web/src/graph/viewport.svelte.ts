import { boundsOf, type Point } from './layout.js';

const [LEAST, MOST] = [0.15, 4];

/** What room there has to be around the middles of nodes, in px. */
const MARGIN = { x: 90, top: 112, bottom: 124 };

/** How the graph's own units lie on the screen: scaled by `k`, then moved by `x` and `y`. */
export class Viewport {
  width = $state(0);
  height = $state(0);
  k = $state(1);
  x = $state(0);
  y = $state(0);
  /** Whether somebody has moved or zoomed it: then it is not fitted by itself. */
  isHeld = $state(false);

  /** All of the nodes, as large as is still calm. */
  fit(points: readonly Point[]): void {
    if (points.length === 0 || this.width === 0) return;
    const box = boundsOf(points);
    const margin = Math.min(MARGIN.x, this.width * 0.16);
    const top = Math.min(MARGIN.top, this.height * 0.24);
    const bottom = Math.min(MARGIN.bottom, this.height * 0.28);
    const [width, height] = [this.width - 2 * margin, this.height - top - bottom];
    const k = Math.min(
      width / Math.max(box.right - box.left, 1),
      Math.max(height, 60) / Math.max(box.bottom - box.top, 1),
      1.5,
    );
    this.k = Math.max(LEAST, k);
    this.x = this.width / 2 - ((box.left + box.right) / 2) * this.k;
    this.y = top + height / 2 - ((box.top + box.bottom) / 2) * this.k;
  }

  /** Zooms by a factor about a point of the screen. */
  zoom(factor: number, at: Point = { x: this.width / 2, y: this.height / 2 }): void {
    const k = Math.min(MOST, Math.max(LEAST, this.k * factor));
    this.x = at.x - ((at.x - this.x) * k) / this.k;
    this.y = at.y - ((at.y - this.y) * k) / this.k;
    this.k = k;
    this.isHeld = true;
  }

  move(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.isHeld = true;
  }
}
