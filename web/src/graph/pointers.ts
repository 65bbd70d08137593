import type { Point } from './layout.js';

export interface Gestures {
  readonly toScreen: (event: { clientX: number; clientY: number }) => Point;
  readonly pan: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, about: Point) => void;
  readonly place: (node: string, dx: number, dy: number) => void;
  readonly placed: () => void;
  readonly link: (from: string, to: Point, over: string | undefined) => void;
  readonly linked: (from: string, to: string | undefined) => void;
}

/** How far a pointer may slip and still be a click, in px. */
const SLIP = 4;

/** What mouse, pen and fingers do on the graph: move it or a node, zoom it, draw a line from one node to another. */
export class Pointers {
  readonly #gestures: Gestures;
  readonly #down = new Map<number, Point>();
  #held: { node: string; is: 'moved' | 'linked' } | undefined;
  #way = 0;

  constructor(gestures: Gestures) {
    this.#gestures = gestures;
  }

  /** Whether what ended last was a click and not a drag. */
  get wasClick(): boolean {
    return this.#way <= SLIP;
  }

  grab(event: PointerEvent, node: string): void {
    if (event.button === 0) this.#held ??= { node, is: 'moved' };
  }

  startLink(event: PointerEvent, node: string): void {
    if (event.button === 0) this.#held = { node, is: 'linked' };
  }

  down(event: PointerEvent): void {
    this.#way = 0;
    if (event.button !== 0) return;
    this.#down.set(event.pointerId, this.#gestures.toScreen(event));
  }

  move(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId);
    if (before === undefined) return;
    const now = this.#gestures.toScreen(event);
    this.#way += Math.hypot(now.x - before.x, now.y - before.y);
    if (this.wasClick) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId); // not sooner: a click is to reach its node
    this.#down.set(event.pointerId, now);
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    if (this.#held?.is === 'moved') this.#gestures.place(this.#held.node, dx, dy);
    else if (this.#held?.is === 'linked') this.#gestures.link(this.#held.node, now, nodeAt(event));
    else if (this.#down.size === 2) this.#pinch(event.pointerId, before, now);
    else this.#gestures.pan(dx, dy);
  }

  #pinch(id: number, before: Point, now: Point): void {
    const [, other] = [...this.#down].find(([each]) => each !== id)!;
    const far = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y) || 1;
    this.#gestures.zoom(far(now) / far(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  up(event: PointerEvent): void {
    this.#down.delete(event.pointerId);
    const held = this.#held;
    this.#held = undefined;
    if (held?.is === 'linked') this.#gestures.linked(held.node, this.wasClick ? undefined : nodeAt(event));
    else if (held !== undefined && !this.wasClick) this.#gestures.placed();
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.#gestures.zoom(Math.exp(-step * 0.0016), this.#gestures.toScreen(event));
  }
}

const nodeAt = ({ clientX, clientY }: PointerEvent): string | undefined =>
  document.elementFromPoint(clientX, clientY)?.closest('[data-node]')?.getAttribute('data-node') ?? undefined;
