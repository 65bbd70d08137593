import { testWith } from 'ln-play/vitest';
import { expect } from 'vitest';
import { describeEach } from './support.js';

/** One playground for all tests of a worker, put back before each; and fresh ones that are kept ready. */
const shared = testWith({ isolate: 'revert' });
const warm = testWith({ prewarm: 1 });

describeEach((_, { lightningd }) => {
  const dirs = { shared: new Set<string>(), warm: new Set<string>() };
  shared.override({ playgroundOptions: { lightningd, isolate: 'revert' } });
  warm.override({ playgroundOptions: { lightningd, nodes: 1, prewarm: 1 } });

  for (const which of ['first', 'second', 'third'])
    shared(`the ${which} test finds no invoice, and leaves one`, async ({ playground }) => {
      const [l1] = playground.nodes;
      expect(await l1.rpc.call('listinvoices')).toEqual({ invoices: [] });
      await l1.invoice(1_000n);
      dirs.shared.add(playground.dir);
      expect(dirs.shared.size).toBe(1);
    });

  for (const count of [1, 2])
    warm(`fresh playground ${count} is another one`, async ({ playground }) => {
      dirs.warm.add(playground.dir);
      expect(dirs.warm.size).toBe(count);
      expect((await playground.status()).nodes).toMatchObject([{ state: 'running' }]);
    });
});
