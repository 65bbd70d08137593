import type { EditByHand } from '../background/background.js';
import type { SectionName } from '../background/sections.js';

/** What `heal` took back. */
export interface Healed {
  /** What went on, or was set, by hand. */
  readonly ended: readonly SectionName[];
  /** The names of those that were frozen, and of those that had died and run again. */
  readonly thawed: readonly string[];
  readonly started: readonly string[];
}

/** What goes on by hand, with all groups of nodes connected. */
export const withoutPartition: EditByHand = ({ links, ...byHand }) =>
  links && links.links.length > 0 ? { ...byHand, links: { ...links, partition: [] } } : byHand;
