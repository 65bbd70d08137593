/// <reference types="node" preserve="true" />
import { test as base } from 'vitest';
import type { PlaygroundOptions } from './network/playground-options.js';
import { Playground } from './network/playground.js';

/** What a test gets that asks for it. */
export interface PlaygroundFixtures {
  /** A playground in a temporary folder, made for this test and removed after it. */
  readonly playground: Playground;
  /** How it is made; override with `test.extend({ playgroundOptions: { nodes: 3 } })`. */
  readonly playgroundOptions: Omit<PlaygroundOptions, 'dir'>;
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
  playground: async ({ playgroundOptions }, use) => await usePlayground(playgroundOptions, use),
});

/**
 * As `test`, each with a playground as these options say; its nodes are known by their names.
 *
 * @example
 * const test = testWith({ network: { nodes: { alice: {}, bob: {} } } }); // or network: 'network.yaml'
 *
 * test('has alice', async ({ playground }) => {
 *   await playground.node('alice').info();
 * });
 */
export const testWith = <const Name extends string = string>(options: Omit<PlaygroundOptions<Name>, 'dir'>) =>
  base.extend<{
    readonly playgroundOptions: Omit<PlaygroundOptions<Name>, 'dir'>;
    readonly playground: Playground<Name>;
  }>({
    playgroundOptions: options,
    playground: async ({ playgroundOptions }, use) => await usePlayground(playgroundOptions, use),
  });

async function usePlayground<Name extends string>(
  options: Omit<PlaygroundOptions<Name>, 'dir'>,
  use: (playground: Playground<Name>) => Promise<void>,
): Promise<void> {
  const playground = await Playground.start(options);
  try {
    await use(playground);
  } finally {
    await playground.dispose();
  }
}
