/// <reference types="node" preserve="true" />
import { test as base } from 'vitest';
import type { UpOptions } from './network/up-options.js';
import { Playground } from './network/playground.js';

/** What a test gets that asks for it. */
export interface PlaygroundFixtures {
  /** A playground in a temporary folder, made for this test and removed after it. */
  readonly playground: Playground;
  /** How it is made; override with `test.extend({ playgroundOptions: { nodes: 3 } })`. */
  readonly playgroundOptions: Omit<UpOptions, 'dir'>;
}

/**
 * vitest's `test` with a playground as a fixture.
 *
 * @example
 * import { test } from 'ln-play/vitest';
 *
 * test('pays', async ({ playground }) => {
 *   const [l1, l2] = playground.nodes;
 *   await playground.fundAndChannel({ from: l2, to: l1 });
 * });
 */
export const test = base.extend<PlaygroundFixtures>({
  playgroundOptions: {},
  playground: async ({ playgroundOptions }, use) => {
    const playground = await Playground.start(playgroundOptions);
    try {
      await use(playground);
    } finally {
      await playground.dispose();
    }
  },
});
