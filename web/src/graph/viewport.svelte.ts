import { boundsOf, type Point } from './layout.js';

const [LEAST, MOST] = [0.15, 4];

/** A window that is no wider has the chain above its nodes instead of beside them, and words only of few, in px. */
const NARROW = 620;
const FEW = { narrow: 3, wide: 12 };

/** What room there has to be around the middles of nodes, each in px and as the most of the whole. */
const MARGIN = { x: [90, 0.16], top: [112, 0.24], bottom: [124, 0.28] } as const;
/** The same where the words of nodes have to find room between the chain and the tools. */
const MARGIN_OF_WORDS = { ...MARGIN, top: [130, 0.31], bottom: [136, 0.33] } as const;

/** How the graph's own units lie on the screen: scaled by `k`, then moved by `x` and `y`. */
export class Viewport {
  width = $state(0);
  height = $state(0);
  k = $state(1);
  x = $state(0);
  y = $state(0);
  /** Whether somebody has moved or zoomed it: then it is not fitted by itself. */
  isHeld = $state(false);

  /** Whether so many nodes are few enough for each to have its words beside it. */
  hasRoomForWords(count: number): boolean {
    return count <= FEW[this.#isNarrow ? 'narrow' : 'wide'];
  }

  get #isNarrow(): boolean {
    return this.width <= NARROW;
  }

  /** All of the nodes, as large as is still calm. */
  fit(points: readonly Point[]): void {
    if (points.length === 0 || this.width === 0) return;
    const box = boundsOf(points);
    const margins = this.#isNarrow && this.hasRoomForWords(points.length) ? MARGIN_OF_WORDS : MARGIN;
    const room = ([px, share]: readonly [number, number], whole: number): number => Math.min(px, whole * share);
    const [top, bottom] = [room(margins.top, this.height), room(margins.bottom, this.height)];
    const [width, height] = [this.width - 2 * room(margins.x, this.width), this.height - top - bottom];
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
