import type { Point } from './layout.js';

/** What of localStorage is needed. */
export interface Store {
  readonly getItem: (key: string) => string | null;
  readonly setItem: (key: string, value: string) => void;
}

const keyOf = (dir: string): string => `ln-play:places:${dir}`;

/** Where a playground's nodes stood when the page was last open; none where that is not to be read. */
export function readPlaces(store: Store, dir: string): Map<string, Point> {
  const places = new Map<string, Point>();
  try {
    const kept: unknown = JSON.parse(store.getItem(keyOf(dir)) ?? '{}');
    for (const [name, place] of Object.entries(kept as Record<string, unknown>)) {
      const [x, y] = place as readonly unknown[];
      if (Number.isFinite(x) && Number.isFinite(y)) places.set(name, { x: Number(x), y: Number(y) });
    }
  } catch {
    // somebody else's words: laid out anew
  }
  return places;
}

/** Keeps them; without them the page works as well, so a store that is full or forbidden is no error. */
export function keepPlaces(store: Store, dir: string, places: Iterable<readonly [string, Point]>): void {
  const kept = Object.fromEntries([...places].map(([name, { x, y }]) => [name, [Math.round(x), Math.round(y)]]));
  try {
    store.setItem(keyOf(dir), JSON.stringify(kept));
  } catch {
    // see above
  }
}
