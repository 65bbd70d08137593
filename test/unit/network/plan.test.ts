import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf } from '../../../src/network/layout.js';
import type { Manifest } from '../../../src/network/manifest.js';
import { assertFiles, planOf } from '../../../src/network/plan.js';
import type { UpOptions } from '../../../src/network/up-options.js';

const executable = { command: '/usr/bin/lightningd', args: [], implementation: 'cln' as const };

const had = (...names: string[]): Manifest => ({
  format: 2,
  dir: '/home/user/.ln-play',
  bitcoind: { command: '/usr/bin/bitcoind', args: [] },
  nodes: names.map((name) => ({ name, executable })),
  peers: [],
});

const shape = (options: UpOptions, before?: Manifest) => {
  const { nodes, peers } = planOf(options, before);
  return { names: nodes.map(({ name }) => name).join(' '), peers: peers.map((edge) => edge.join('-')).join(' ') };
};

test.each<[UpOptions, Manifest | undefined, string, string]>([
  [{}, undefined, 'l1 l2', 'l1-l2'],
  [{ nodes: 1 }, undefined, 'l1', ''],
  [{ nodes: 3 }, undefined, 'l1 l2 l3', 'l1-l2 l2-l3'],
  [{ nodes: ['alice', 'bob', 'carol'] }, undefined, 'alice bob carol', 'alice-bob bob-carol'],
  [{ nodes: [{ name: 'hub' }, 'a', 'b'], peers: [['a', 'hub'], ['b', 'hub']] }, undefined, 'hub a b', 'a-hub b-hub'], // prettier-ignore
  [{ nodes: 2, peers: [] }, undefined, 'l1 l2', ''],
  // what is there stays, and grows
  [{}, had('l1'), 'l1', ''],
  [{ nodes: 1 }, had('l1', 'l2'), 'l1 l2', ''],
  [{ nodes: 4 }, { ...had('l1', 'l2'), peers: [['l1', 'l2']] }, 'l1 l2 l3 l4', 'l1-l2 l2-l3 l3-l4'],
  [{ nodes: 3 }, had('alice', 'l1'), 'alice l1 l2', 'l1-l2'],
  [{ nodes: ['bob', 'alice'] }, had('alice'), 'alice bob', 'alice-bob'],
  [{ peers: [['l2', 'l1'], ['l1', 'l3']] }, { ...had('l1', 'l2', 'l3'), peers: [['l1', 'l2']] }, 'l1 l2 l3', 'l1-l2 l1-l3'], // prettier-ignore
])('%j', (options, before, names, peers) => {
  expect(shape(options, before)).toEqual({ names, peers });
});

test('what is asked for all, for one, and by a spec', () => {
  const options: UpOptions = {
    nodes: [{ name: 'a', key: 'name', plugins: ['p.js'], options: { 'fee-base': 5, offline: true } }, 'b'],
    lightningd: 'embedded',
    lightningdOf: { b: '/opt/lightningd' },
    tcp: true,
    randomKeys: true,
    options: [{ node: 'a', key: 'fee-base', value: '7' }],
  };
  const { nodes } = planOf(options, undefined);
  expect(nodes).toEqual([
    {
      name: 'a',
      listen: 'tcp',
      key: 'name',
      lightningd: 'embedded',
      options: { 'fee-base': '7', offline: true },
      plugins: [resolve('p.js')],
    },
    { name: 'b', listen: 'tcp', key: 'random', lightningd: '/opt/lightningd', options: {}, plugins: undefined },
  ]);
});

test('of a node that there is only options and plugins change', () => {
  const before = { ...had('a'), nodes: [{ name: 'a', executable, key: 'random' as const }] };
  const { nodes } = planOf(
    { nodes: [{ name: 'a', key: 'name', listen: 'tcp', options: { x: 1 } }], tcp: true },
    before,
  );
  expect(nodes).toEqual([{ name: 'a', key: 'random', lightningd: undefined, options: { x: 1 }, plugins: undefined }]);
});

test.each<[UpOptions, RegExp]>([
  [{ nodes: 0 }, /1 to 100/],
  [{ nodes: 101 }, /1 to 100/],
  [{ nodes: 501, pods: { place: { on: 'podman', network: 'p' } } }, /1 to 500/],
  [{ nodes: 1.5 }, /1 to 100/],
  [{ nodes: [] }, /1 to 100/],
  [{ nodes: ['bitcoin'] }, /"bitcoin".*bitcoind's folder/],
  [{ nodes: ['a', 'BT'] }, /"BT".*a function of `ln-play env`/],
  [{ nodes: ['ln-play'] }, /ln-play env/],
  [{ nodes: ['cd'] }, /a word of the shell/],
  [{ nodes: ['a', 'a-log'] }, /"a-log"/],
  [{ nodes: ['a-cli'] }, /"a-cli"/],
  [{ nodes: ['a', 'a'] }, /another node has it/],
  [{ nodes: ['a', 'A'] }, /capitals/],
  [{ nodes: ['../a'] }, /a name is a letter/],
  [{ nodes: ['.lock'] }, /a name is a letter/],
  [{ nodes: ['-a'] }, /a name is a letter/],
  [{ nodes: [''] }, /a name is a letter/],
  [{ nodes: ['1'] }, /a name is a letter/],
  [{ nodes: ['a b'] }, /a name is a letter/],
  [{ nodes: ['é'] }, /a name is a letter/],
  [{ nodes: ['a'.repeat(33)] }, /a name is a letter/],
  [{ nodes: [{ name: 'a', colour: 'red' }] }, /a's colour cannot be "red"/],
  [{ nodes: [{ name: 'a', key: { secret: '00' } }] }, /a's secret/],
  [{ nodes: [{ name: 'a', options: { 'a\nb': 1 } }] }, /a's option/],
  [{ nodes: ['a', 'b'], peers: [['a', 'c']] }, /no node "c"/],
  [{ nodes: ['a', 'b'], peers: [['a', 'a']] }, /itself/],
  [{ options: [{ node: 'l7', key: 'a', value: 'b' }] }, /no node "l7"/],
  [{ lightningdOf: { l7: 'embedded' } }, /no node "l7"/],
  [{ debugger: { node: 'l7', subdaemon: 'connectd' } }, /no node "l7"/],
])('%j is refused', (options, message) => {
  expect(() => planOf(options, undefined)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message), hint: expect.any(String) }),
  );
});

test("a folder of somebody else's is no new node's, one that was prepared by hand is; plugins must run", async () => {
  const layout = layoutOf(await mkdtemp(join(tmpdir(), 'ln-play plan ')));
  try {
    await mkdir(join(layout.dir, 'src'));
    await assertFiles(planOf({ nodes: ['src'] }, undefined), undefined, layout);
    await writeFile(join(layout.dir, 'src', 'main.c'), '');
    await expect(assertFiles(planOf({ nodes: ['src'] }, undefined), undefined, layout)).rejects.toMatchObject({
      code: 'FILESYSTEM',
      message: `${join(layout.dir, 'src')} is there already, and is no node's folder`,
    });
    await assertFiles(planOf({}, had('src')), had('src'), layout);
    await writeFile(join(layout.dir, 'src', 'config'), '');
    await assertFiles(planOf({ nodes: ['src'] }, undefined), undefined, layout);
    const plugin = join(layout.dir, 'none.js');
    const withPlugin = planOf({ nodes: [{ name: 'a', plugins: [plugin] }] }, undefined);
    await expect(assertFiles(withPlugin, undefined, layout)).rejects.toThrow(
      /none\.js cannot be run: there is no such file/,
    );
  } finally {
    await rm(layout.dir, { recursive: true });
  }
});
