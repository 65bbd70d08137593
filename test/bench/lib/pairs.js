import { Playground } from '../../../dist/index.js';
import { lightningds } from './programs.js';

/**
 * Two nodes and a channel from l2 to l1, once for each kind of lightningd that there is.
 *
 * @param use what to do with them, by kind; they are gone afterwards
 */
export async function withPairs(use) {
  const pairs = {};
  try {
    for (const [kind, lightningd] of Object.entries(await lightningds())) {
      if (!lightningd) continue;
      const playground = await Playground.start({ lightningd });
      const [l1, l2] = playground.nodes;
      pairs[kind] = { playground, l1, l2 };
      await playground.fundAndChannel({ from: l2, to: l1, capacitySat: 10_000_000n });
    }
    return await use(pairs);
  } finally {
    for (const { playground } of Object.values(pairs)) await playground.dispose();
  }
}

/** An object of the same kinds, each value made from theirs. */
export const mapKinds = (kinds, map) => Object.fromEntries(Object.entries(kinds).map(([kind, it]) => [kind, map(it)]));
