/// <reference types="node" preserve="true" />
import { test as base } from 'vitest';
import type { StartOptions } from './network/playground-options.js';
import type { Playground } from './network/playground.js';
import { WorkerPlaygrounds } from './pool/worker-playgrounds.js';

/** How the playgrounds of tests are made, and kept apart. */
export interface PlaygroundTestOptions<Name extends string = string> extends StartOptions<Name> {
  /**
   * `fresh` (by default): each test has a playground of its own. `revert`: all tests of a worker have the same one, put back
   * before each to what it was when it was made.
   */
  readonly isolate?: 'fresh' | 'revert' | undefined;
  /** How many fresh ones are kept ready beside the tests of a worker. */
  readonly prewarm?: number | undefined;
}

/** What a test gets that asks for it. */
export interface PlaygroundFixtures<Name extends string = string> {
  /** A playground in a temporary folder, as nobody has used it before, removed when it is no longer needed. */
  readonly playground: Playground<Name>;
  /** How it is made; override with `test.extend({ playgroundOptions: { nodes: 3 } })`. */
  readonly playgroundOptions: PlaygroundTestOptions<Name>;
  /** What a worker's tests have together. */
  readonly workerPlaygrounds: WorkerPlaygrounds;
}

/** What a worker's tests have together: made outside of `describe`, as vitest wants it. */
const inWorker = base.extend<{ readonly workerPlaygrounds: WorkerPlaygrounds }>({
  workerPlaygrounds: [
    // eslint-disable-next-line no-empty-pattern -- vitest reads what it wants from the pattern
    async ({}, use) => {
      await using playgrounds = new WorkerPlaygrounds();
      await use(playgrounds);
    },
    { scope: 'worker' },
  ],
});

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
export const test = testWith({});

/**
 * As `test`, each with a playground as these options say; its nodes are known by their names.
 *
 * @example
 * const test = testWith({ network: { nodes: { alice: {}, bob: {} } }, isolate: 'revert' }); // or network: 'network.yaml'
 *
 * test('has alice', async ({ playground }) => {
 *   await playground.node('alice').info();
 * });
 */
export function testWith<const Name extends string = string>(options: PlaygroundTestOptions<Name>) {
  return inWorker.extend<Omit<PlaygroundFixtures<Name>, 'workerPlaygrounds'>>({
    playgroundOptions: options,
    playground: async ({ playgroundOptions, workerPlaygrounds }, use) => {
      const { isolate, prewarm, ...how } = playgroundOptions;
      await workerPlaygrounds.use(how, { isolate, prewarm }, (playground) => use(playground));
    },
  });
}
