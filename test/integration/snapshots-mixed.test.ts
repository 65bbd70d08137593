import { join } from 'node:path';
import { Playground } from 'ln-play';
import { expect, test } from 'vitest';
import { contentOf } from './content.js';
import { describeEach, usePlaygroundFolders } from './support.js';

/** Where there is no Core Lightning there is nothing to mix. */
describeEach((implementation, { lightningd }) => {
  const at = usePlaygroundFolders();

  /** l1 is Core Lightning, l2 and l3 are embedded: a channel from one kind to the other each way. */
  async function made(): Promise<Playground> {
    const { playground } = await Playground.up({
      dir: at.dir,
      nodes: 3,
      lightningd: 'embedded',
      lightningdOf: { l1: lightningd },
    });
    const [l1, l2, l3] = playground.nodes;
    await playground.fundAndChannel({ from: l2, to: l1 });
    await playground.fundAndChannel({ from: l1, to: l3! });
    return playground;
  }
  const pays = async (playground: Playground): Promise<void> => {
    const [l1, l2, l3] = playground.nodes;
    for (const [from, to] of [
      [l2, l1],
      [l1, l3!],
    ] as const)
      expect((await playground.payDemo({ from, to })).payment.status).toBe('complete');
  };
  const open = () => Playground.open(at.dir);
  const idsOf = (playground: Playground) => Promise.all(playground.nodes.map((node) => node.id()));

  const whyNot = implementation === 'cln' ? '' : ' (skipped: it is run where there is Core Lightning)';
  test.runIf(implementation === 'cln')(
    `Core Lightning and embedded nodes together: saved, put back, reverted, copied and carried as any${whyNot}`,
    async () => {
      const playground = await made();
      await pays(playground);
      const [before, ids] = [await contentOf(playground), await idsOf(playground)];
      const saved = await at.json('snapshot', 'save', 'mixed');
      expect(saved).toMatchObject({
        nodes: [{ implementation: 'cln' }, { implementation: 'embedded' }, { implementation: 'embedded' }],
        num_channels: 2,
      });
      await pays(playground);
      await playground.mine(2);
      expect(await contentOf(playground)).not.toEqual(before);

      await at.json('snapshot', 'restore', 'mixed', '--yes');
      expect(await contentOf(await open())).toEqual(before);
      await pays(await open());
      const again = await open();
      await again.revert('mixed');
      expect(await contentOf(again)).toEqual(before);

      const file = join(at.folder, 'mixed.tar.gz');
      await at.json('snapshot', 'export', 'mixed', file);
      const { dir } = at;
      at.next();
      const clone = await again.clone(at.dir);
      expect([await contentOf(clone), await idsOf(clone)]).toEqual([before, ids]);
      await pays(clone);
      await clone.destroy();
      expect(await contentOf(await Playground.open(dir))).toEqual(before);
      await (await Playground.open(dir)).destroy();

      // by a file: here are the same programs, by their kinds
      await at.json('up', '--from', file, '--node', `l1=${lightningd}`);
      const carried = await open();
      expect(carried.nodes.map((node) => node.implementation)).toEqual(['cln', 'embedded', 'embedded']);
      expect([await contentOf(carried), await idsOf(carried)]).toEqual([before, ids]);
      await pays(carried);
      await at.json('snapshot', 'import', file, 'taken-in');
      await at.json('snapshot', 'restore', 'taken-in', '--yes');
      expect(await contentOf(await open())).toEqual(before);
      await pays(await open());
    },
    400_000,
  );
});
