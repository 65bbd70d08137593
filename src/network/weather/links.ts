import { join } from 'node:path';
import type { PeerRules } from '../../daemons/peer-screen/rules.js';
import { LnPlayError } from '../../core/errors.js';
import type { LinkSettings, LinksSettings } from '../background/sections.js';
import type { Layout } from '../layout.js';
import { sameEdge, type Edge } from '../spec.js';

/** No partition, and no link that is not as ever. */
export const ALL_CONNECTED: LinksSettings = { partition: [], links: [] };

/** How a link is to be; what is not named is as ever. */
export interface LinkOptions {
  /** How much later bytes arrive, each way, in ms; and by how much more or less that is. */
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  /** How many of a hundred chunks of bytes that go through cut the connection; the nodes connect again. */
  readonly dropPercent?: number | undefined;
  readonly isDown?: boolean | undefined;
}

/** How a pair of nodes may be connected: not at all, or through a proxy. */
export interface PairRule {
  readonly pair: Edge;
  readonly link: LinkSettings | undefined;
  readonly isCut: boolean;
}

const edgeOf = ({ from, to }: LinkSettings): Edge => [from, to];

/** The settings with a link as it is to be; undefined for one that is to be as ever. */
export function withLink(
  { partition, links }: LinksSettings,
  pair: Edge,
  link: LinkSettings | undefined,
): LinksSettings {
  const others = links.filter((each) => !sameEdge(edgeOf(each), pair));
  return { partition, links: link ? [...others, link] : others };
}

/** All pairs of these nodes that are not connected as ever. */
export function pairRules({ partition, links }: LinksSettings, names: readonly string[]): PairRule[] {
  const groupOf = (name: string): number => partition.findIndex((group) => group.includes(name));
  const areApart = (a: string, b: string): boolean => groupOf(a) >= 0 && groupOf(b) >= 0 && groupOf(a) !== groupOf(b);
  const pairs = names.flatMap((a, index) => names.slice(index + 1).map((b): Edge => [a, b]));
  return pairs.flatMap((pair) => {
    const link = links.find((each) => sameEdge(edgeOf(each), pair));
    const isCut = areApart(...pair) || link?.isDown === true;
    // the first of a link calls the other
    return link || isCut ? [{ pair: link ? edgeOf(link) : pair, link, isCut }] : [];
  });
}

/** Whether two nodes are not to be connected directly. */
export const isHeldApart = (settings: LinksSettings, a: string, b: string): boolean =>
  pairRules(settings, [a, b]).length > 0;

/** What a node's plugin lets in. @param idOf node ids by name */
export function rulesOf(
  name: string,
  rules: readonly PairRule[],
  idOf: ReadonlyMap<string, string>,
  layout: Layout,
): PeerRules {
  return Object.fromEntries(
    rules
      .filter(({ pair }) => pair.includes(name))
      .flatMap(({ pair, isCut }) => {
        const [from, to] = pair;
        const id = idOf.get(name === from ? to : from);
        if (id === undefined) return [];
        return [[id, isCut ? 'never' : name === from ? { calling: proxyPath(layout, pair) } : 'called']];
      }),
  );
}

/** The folder of what holds nodes apart; where a node's rules are; where a proxy between two listens. */
export const linksFolder = (layout: Layout): string => join(layout.backgroundFolder, 'links');
export const rulesFile = (layout: Layout, name: string): string => join(linksFolder(layout), `${name}.json`);
export const proxyPath = (layout: Layout, [from, to]: Edge): string => join(linksFolder(layout), `${from}~${to}`);

/**
 * @param groups each a few nodes; of one alone the others are all the rest
 * @throws {LnPlayError} USAGE for a node that is in two groups, and for fewer than two groups
 */
export function partitionOf(groups: readonly (readonly string[])[], names: readonly string[]): string[][] {
  const all = groups.flat();
  const twice = all.find((name, index) => all.indexOf(name) !== index);
  if (twice !== undefined)
    throw new LnPlayError('USAGE', `${twice} cannot be on both sides`, { hint: 'name each node once' });
  const rest = names.filter((name) => !all.includes(name));
  const sides = groups.length === 1 ? [...groups, rest] : groups;
  if (sides.length < 2 || sides.some((side) => side.length === 0))
    throw new LnPlayError('USAGE', 'A partition has two sides at least, with a node in each', {
      hint: 'for example: ln-play partition alice,bob carol',
    });
  return sides.map((side) => [...side]);
}
