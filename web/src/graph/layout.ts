import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from 'd3-force';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Places = ReadonlyMap<string, Point>;
export type Pair = readonly [from: string, to: string];

interface Body extends SimulationNodeDatum {
  name: string;
}

/** How far apart connected nodes want to be, in the graph's own units (px at scale 1). */
const LENGTH = 210;
const TICKS = 320;

/**
 * Where each node goes. Those that have a place keep it; the others find theirs by forces, the same every time. Of a
 * whole network that is new, several beginnings are tried, the one with the fewest crossings is taken, and it is turned
 * to lie as wide as the screen, whose width by its height is `aspect`.
 */
export function layOut(
  names: readonly string[],
  pairs: readonly Pair[],
  known: Places = new Map(),
  aspect = 1.8,
): Places {
  const fixed = names.filter((name) => known.has(name));
  if (fixed.length === names.length) return new Map(names.map((name) => [name, known.get(name)!]));
  const links = pairs.filter(([from, to]) => from !== to && names.includes(from) && names.includes(to));
  if (fixed.length > 0) return settle(names, links, besideNeighbours(names, links, known), known);
  if (names.length <= 3) return aspect < 1 ? transposed(onCircle(names, 170)) : onCircle(names, 170);
  let best: { places: Places; crossings: number } | undefined;
  for (const start of beginnings(names, links)) {
    const places = settle(names, links, start);
    const crossings = countCrossings(places, links);
    if (best === undefined || crossings < best.crossings) best = { places, crossings };
    if (crossings === 0) break;
  }
  return stretched(best!.places, aspect);
}

/** Two stand side by side, three make a triangle, more a ring that begins on the left. */
function onCircle(names: readonly string[], radius: number): Places {
  const turn = names.length === 3 ? Math.PI / 6 : 0;
  return new Map(
    names.map((name, index) => {
      const angle = Math.PI + turn + (index * 2 * Math.PI) / Math.max(names.length, 2);
      const x = names.length === 1 ? 0 : Math.cos(angle) * radius * 1.25;
      return [name, { x: Math.round(x), y: names.length <= 2 ? 0 : Math.round(Math.sin(angle) * radius) }] as const;
    }),
  );
}

/** In the order of their names, along their links, and from the one with most links outwards. */
function* beginnings(names: readonly string[], pairs: readonly Pair[]): Generator<Places> {
  const radius = 40 * Math.sqrt(names.length) + 60;
  yield onCircle(names, radius);
  const degree = (name: string): number => pairs.filter((pair) => pair.includes(name)).length;
  const byDegree = [...names].sort((a, b) => degree(b) - degree(a));
  yield onCircle(walk(byDegree, pairs), radius);
  yield onCircle(byDegree, radius);
  yield new Map(
    byDegree.map((name, index) => {
      const angle = index * 2.399963; // the golden angle: a spiral, evenly filled
      const far = 50 * Math.sqrt(index);
      return [name, { x: Math.cos(angle) * far, y: Math.sin(angle) * far }] as const;
    }),
  );
}

/** Each after one that it is linked to, deep first. */
function walk(names: readonly string[], pairs: readonly Pair[]): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const [from, to] of pairs) {
      if (from === name) visit(to);
      if (to === name) visit(from);
    }
  };
  for (const name of names) visit(name);
  return [...seen];
}

function besideNeighbours(names: readonly string[], pairs: readonly Pair[], known: Places): Places {
  const places = new Map(known);
  for (const [index, name] of names.entries()) {
    if (places.has(name)) continue;
    const near = pairs
      .filter((pair) => pair.includes(name))
      .map(([from, to]) => places.get(from === name ? to : from))
      .filter((point) => point !== undefined);
    const middle = near.length > 0 ? mean(near) : mean([...known.values()]);
    places.set(name, { x: middle.x + 120 * Math.cos(index * 2.4), y: middle.y + 120 * Math.sin(index * 2.4) });
  }
  return places;
}

function settle(names: readonly string[], pairs: readonly Pair[], start: Places, fixed: Places = new Map()): Places {
  const bodies = names.map((name): Body => {
    const { x, y } = start.get(name)!;
    return fixed.has(name) ? { name, x, y, fx: x, fy: y } : { name, x, y };
  });
  const links = uniquePairs(pairs).map(([source, target]): SimulationLinkDatum<Body> => ({ source, target }));
  const crowd = Math.min(1, 12 / names.length);
  const simulation = forceSimulation(bodies)
    .force(
      'link',
      forceLink<Body, SimulationLinkDatum<Body>>(links)
        .id(({ name }) => name)
        .distance(LENGTH * (0.72 + 0.28 * crowd)),
    )
    .force(
      'charge',
      forceManyBody()
        .strength(-1400 + 500 * (1 - crowd))
        .distanceMax(900),
    )
    .force('collide', forceCollide(62).iterations(2))
    // wider than high, as screens are
    .force('x', forceX(0).strength(0.035))
    .force('y', forceY(0).strength(0.08))
    .stop();
  simulation.tick(TICKS);
  return new Map(bodies.map(({ name, x, y }) => [name, { x: Math.round(x!), y: Math.round(y!) }]));
}

function uniquePairs(pairs: readonly Pair[]): Pair[] {
  const byKey = new Map(pairs.map((pair) => [[...pair].sort().join('\0'), pair]));
  return [...byKey.values()];
}

const mean = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

const transposed = (places: Places): Places => new Map([...places].map(([name, { x, y }]) => [name, { x: y, y: x }]));

/** Turned so that it is longest along the screen's longer side, drawn out a little to fill it, and put in the middle. */
function stretched(places: Places, aspect: number): Places {
  const { x: mx, y: my } = mean([...places.values()]);
  let [xx, xy, yy] = [0, 0, 0];
  for (const { x, y } of places.values()) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  const axis = Math.atan2(2 * xy, xx - yy) / 2 - (aspect < 1 ? Math.PI / 2 : 0);
  const [cos, sin] = [Math.cos(-axis), Math.sin(-axis)];
  const turned = new Map([...places].map(([name, { x, y }]) => [name, { x: x * cos - y * sin, y: x * sin + y * cos }]));
  const { left, right, top, bottom } = boundsOf([...turned.values()]);
  const by = aspect / (Math.max(right - left, 1) / Math.max(bottom - top, 1));
  const [sx, sy] = [Math.min(1.6, Math.max(1, by)), Math.min(1.6, Math.max(1, 1 / by))];
  const place = ({ x, y }: Point): Point => ({
    x: Math.round((x - (left + right) / 2) * sx),
    y: Math.round((y - (top + bottom) / 2) * sy),
  });
  return new Map([...turned].map(([name, point]) => [name, place(point)]));
}

/** The smallest box around points. */
export function boundsOf(points: readonly Point[]): { left: number; right: number; top: number; bottom: number } {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** How many pairs of links cross. */
export function countCrossings(places: Places, pairs: readonly Pair[]): number {
  const unique = uniquePairs(pairs);
  let count = 0;
  for (const [index, [a, b]] of unique.entries())
    for (const [c, d] of unique.slice(index + 1)) {
      if (a === c || a === d || b === c || b === d) continue;
      if (cross(places.get(a)!, places.get(b)!, places.get(c)!, places.get(d)!)) count++;
    }
  return count;
}

function cross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point): number => (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
