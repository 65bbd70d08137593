import { isDeepStrictEqual } from 'node:util';
import { LnPlayError } from '../../core/errors.js';
import type { NodeRecord } from '../manifest.js';
import type { NodeSpec } from '../spec.js';

/** What counts when a node is made, and is what it is from then on. */
const LASTING = ['alias', 'colour', 'listen', 'key'] as const satisfies readonly (keyof NodeSpec)[];
const DEFAULTS: Partial<NodeSpec> = { listen: 'socket', key: 'name' };

/**
 * Whether nodes that there are were made as a spec has them.
 *
 * @throws {LnPlayError} USAGE
 */
export function assertAsMade(specs: readonly NodeSpec[], had: readonly NodeRecord[]): void {
  for (const spec of specs) {
    const record = had.find(({ name }) => name === spec.name);
    for (const key of LASTING) {
      if (!record || spec[key] === undefined) continue;
      const has = record[key] ?? DEFAULTS[key] ?? (key === 'alias' ? spec.name : undefined);
      if (isDeepStrictEqual(has, spec[key])) continue;
      const said = has === undefined ? `another ${key}` : `the ${key} ${JSON.stringify(has)}`;
      throw new LnPlayError('USAGE', `${spec.name} was made with ${said}, and that stays`, {
        hint: 'give it another name, or make the playground anew: ln-play destroy --yes',
      });
    }
  }
}
