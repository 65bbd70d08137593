import { mkdir, open, readdir, readFile, readlink, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Playground } from 'ln-play';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findExecutable } from '../../src/daemons/executables/find.js';
import { describeEach, runCli, runJson, useTemporaryFolder } from './support.js';

/** A cache of one's own, in which no network was made yet; bitcoind is found without it. */
function useOwnCache(): { readonly networks: () => Promise<string[]>; readonly folder: () => string } {
  const temporary = useTemporaryFolder();
  const before = { cache: process.env['LN_PLAY_CACHE'], bitcoind: process.env['BITCOIND_EXE'] };
  let count = 0;
  beforeAll(async () => {
    process.env['BITCOIND_EXE'] = (await findExecutable('bitcoind')).executable.command;
  });
  beforeEach(() => {
    process.env['LN_PLAY_CACHE'] = join(temporary.path, `cache ${++count}`);
  });
  afterAll(() => {
    for (const [name, value] of [
      ['LN_PLAY_CACHE', before.cache],
      ['BITCOIND_EXE', before.bitcoind],
    ] as const)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
  const folder = (): string => join(process.env['LN_PLAY_CACHE']!, 'networks');
  return {
    folder,
    networks: async () => {
      const names = await readdir(folder()).catch(() => []); // nothing was kept yet
      return names.filter((name) => /^[0-9a-f]{32}$/.test(name));
    },
  };
}

describeEach((_, { lightningd, flags }) => {
  const cache = useOwnCache();

  /** Whether all that a network is for works: it opens a channel and pays through it. */
  async function pays(playground: Playground): Promise<void> {
    const [l1, l2] = playground.nodes;
    await playground.fundAndChannel({ from: l2, to: l1 });
    expect((await playground.payDemo({ from: l2, to: l1 })).payment.status).toBe('complete');
  }

  test('the second of its like starts from the image of the first: the same network, in a folder of its own', async () => {
    await using first = await Playground.start({ lightningd });
    await pays(first); // the image was made before
    await using second = await Playground.start({ lightningd });
    expect(await cache.networks()).toHaveLength(1);
    const [before, after] = [await first.status(), await second.status()];
    expect(after.nodes.map(({ id }) => id)).toEqual(before.nodes.map(({ id }) => id));
    expect(after.channels).toEqual([]);
    expect(after.bitcoind.rpc_port).not.toBe(before.bitcoind.rpc_port);
    await pays(second);
    expect(await second.nodes[0].rpc.call('listinvoices')).toMatchObject({ invoices: [{ status: 'paid' }] });
  });

  test('however many start at a time, one makes the image', async () => {
    const started = await Promise.all([1, 2, 3].map(() => Playground.start({ lightningd, nodes: 1 })));
    try {
      expect(await cache.networks()).toHaveLength(1);
      expect(new Set(started.map(({ dir }) => dir)).size).toBe(3);
    } finally {
      await Promise.all(started.map((playground) => playground.dispose()));
    }
  });

  test('another network has another image; a cold start makes and takes none; nor does one with random keys', async () => {
    await (await Playground.start({ lightningd, nodes: 1, cold: true })).dispose();
    await (await Playground.start({ lightningd, nodes: 1, randomKeys: true })).dispose();
    expect(await cache.networks()).toHaveLength(0);
    await (await Playground.start({ lightningd, nodes: 1 })).dispose();
    await (await Playground.start({ lightningd, nodes: [{ name: 'l1', options: { 'fee-base': 5 } }] })).dispose();
    expect(await cache.networks()).toHaveLength(2);
  });

  test('one that begins from a snapshot is no image of the plain network', async () => {
    await using first = await Playground.start({ lightningd, nodes: 1, cold: true });
    await first.mine(5);
    const from = join(first.dir, 'five.tar.gz');
    await first.snapshots.export(await first.snapshot(), from);
    await using second = await Playground.start({ lightningd, nodes: 1, from });
    expect((await second.status()).bitcoind.blocks).toBe(115);
    expect(await cache.networks()).toEqual([]);
  });

  const inFiles = (...path: string[]) => join(cache.folder(), 'KEY', 'files', ...path);
  const conf = () => inFiles('bitcoin', 'bitcoin.conf');
  const imageJson = () => join(cache.folder(), 'KEY', 'image.json');
  /** What goes wrong with an image; KEY stands for its name. */
  const damages: { readonly [what: string]: (path: (withKey: string) => string) => Promise<unknown> } = {
    'a byte that has changed': async (path) => {
      const handle = await open(path(conf()), 'r+');
      await handle.write('x', 0);
      await handle.close();
    },
    'a file that is missing': (path) => rm(path(conf())),
    'a file that is cut off': (path) => truncate(path(conf()), 10),
    'a file more': (path) => writeFile(path(inFiles('l1', 'plugins.py')), ''),
    'a link that leads elsewhere': async (path) => {
      await rm(path(inFiles('l1', 'link')));
      await symlink('/etc/passwd', path(inFiles('l1', 'link')));
    },
    'a folder in place of the manifest': async (path) => {
      await rm(path(imageJson()));
      await mkdir(path(imageJson()));
    },
  };

  test('an image that is damaged, in whatever way, is made anew without a word', async () => {
    await (await Playground.start({ lightningd, nodes: 1 })).dispose();
    const [key] = await cache.networks();
    const path = (withKey: string): string => withKey.replace('KEY', key!);
    type Written = { links: object[]; created: string };
    const manifest = async () => JSON.parse(await readFile(path(imageJson()), 'utf8')) as Written;
    for (const [what, damage] of Object.entries(damages)) {
      // no network has links of its own: this one gets one, and its image stays whole with it
      await symlink('config', path(inFiles('l1', 'link')));
      const whole = await manifest();
      const links = [{ path: 'l1/link', to: 'config' }];
      await writeFile(path(imageJson()), JSON.stringify({ ...whole, links }));
      if (what === Object.keys(damages)[0]) {
        await using playground = await Playground.start({ lightningd, nodes: 1 });
        expect(await readlink(join(playground.dir, 'l1', 'link'))).toBe('config');
        expect((await manifest()).created).toBe(whole.created);
      }
      await damage(path);
      await using playground = await Playground.start({ lightningd, nodes: 1 });
      expect((await playground.status()).nodes, what).toMatchObject([{ state: 'running', blockheight: 110 }]);
      expect(await readdir(join(playground.dir, 'l1')), what).not.toContain('link');
      expect(await cache.networks(), what).toEqual([key]);
      const anew = await manifest();
      expect({ what, links: anew.links }).toEqual({ what, links: [] });
      expect(anew.created > whole.created, what).toBe(true);
    }
  });

  test('the first of a line pays the last at once: from the image, and after a revert', async () => {
    const nodes = { alice: {}, bob: {}, carol: {} };
    const capacity = '0.01btc';
    const channels = [
      { from: 'alice', to: 'bob', capacity },
      { from: 'bob', to: 'carol', capacity },
    ];
    const network = { nodes, channels };
    await (await Playground.start({ lightningd, network })).dispose();
    await using playground = await Playground.start({ lightningd, network });
    const [alice, , carol] = playground.nodes;
    const paid = { payment: { status: 'complete' } };
    expect(await playground.payDemo({ from: alice, to: carol! })).toMatchObject(paid);
    const clean = await playground.snapshot();
    await playground.revert(clean);
    expect(await playground.payDemo({ from: alice, to: carol! })).toMatchObject(paid);
  });

  test('revert puts all back, any number of times: channel, invoices, balances, height', async () => {
    await using playground = await Playground.start({ lightningd });
    const [l1, l2] = playground.nodes;
    await playground.fundAndChannel({ from: l2, to: l1 });
    const clean = await playground.snapshot();
    const before = await playground.status();
    for (let round = 0; round < 2; round++) {
      await playground.payDemo({ from: l2, to: l1 });
      await playground.mine(3);
      await playground.revert(clean);
      const after = await playground.status();
      expect(after.bitcoind.blocks).toBe(before.bitcoind.blocks);
      expect(after.channels).toEqual(before.channels);
      expect(await l1.rpc.call('listinvoices')).toEqual({ invoices: [] });
    }
    expect((await playground.payDemo({ from: l2, to: l1 })).payment.status).toBe('complete');
  });

  test('up takes an image where there is one, and makes none; cache lists and clears', async () => {
    const dir = join(cache.folder(), '..', 'p');
    const up = ['up', '--dir', dir, '--nodes', '1', ...flags];
    await runJson(up);
    expect(await runJson(['cache'])).toMatchObject({ networks: [] });
    await runJson(['destroy', '--yes', '--dir', dir]);
    await (await Playground.start({ lightningd, nodes: 1 })).dispose();
    expect(await runJson(['cache'])).toMatchObject({
      networks: [{ nodes: [{ name: 'l1' }], channels: 0, height: 110 }],
    });
    const { stdout } = await runCli(['cache']);
    const [row] = stdout.split('\n').slice(-2);
    expect(row).toMatch(/^[0-9a-f]{8} {2}l1 \w+ {2}0 channels {2}block 110 {2}\d+\.\d MB {2}used just now$/);
    expect(await runJson(up)).toMatchObject({ started: ['bitcoind', 'l1'], nodes: [{ state: 'running' }] });
    await runJson(['destroy', '--yes', '--dir', dir]);
    expect(await runJson(['cache', 'clear'])).toMatchObject({ removed: 1 });
    expect(await cache.networks()).toEqual([]);
  });
});

test('cache knows no other action', async () => {
  const { code, stderr } = await runCli(['cache', 'burn']);
  expect(code).toBe(2);
  expect(stderr).toContain('"burn"');
});
