import { Playground } from 'ln-play';
import { expect, test } from 'vitest';
import { describeEach, leftovers, useTemporaryFolder } from './support.js';

describeEach((implementation, options) => {
  useTemporaryFolder();

  test('a playground in a temporary folder pays, and nothing of it is left', async () => {
    let dir: string;
    {
      await using playground = await Playground.start(options);
      ({ dir } = playground);
      const [l1, l2] = playground.nodes;
      expect(l1.implementation).toBe(implementation);
      await playground.fundAndChannel({ from: l2, to: l1 });
      const { payment, invoice } = await playground.payDemo({ from: l2, to: l1 });
      expect(payment).toMatchObject({ status: 'complete', amount_msat: 24 });
      expect(invoice.status).toBe('paid');
    }
    expect(await leftovers(dir)).toEqual([]);
  });
});
