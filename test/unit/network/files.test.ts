import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeStillbornDatabase } from '../../../src/daemons/stillborn.js';
import { colourOf, fixedSecret } from '../../../src/network/keys.js';
import { layoutOf, playgroundDir, type Layout } from '../../../src/network/layout.js';
import { ClnNode } from '../../../src/nodes/cln/cln-node.js';
import { nodeNames } from '../../../src/network/names.js';
import { readManifest, writeManifest, type Manifest } from '../../../src/network/manifest.js';
import { clearUnborn, isUnborn, markBorn, markUnborn } from '../../../src/network/unborn.js';

let layout: Layout;
beforeEach(async () => {
  layout = layoutOf(await mkdtemp(join(tmpdir(), 'ln-play network ')));
});
afterEach(() => rm(layout.dir, { recursive: true }));

const lightningd = { command: '/usr/bin/lightningd', args: [], implementation: 'cln' as const };
const manifest: Manifest = {
  format: 2,
  dir: '/home/user/.ln-play',
  bitcoind: { command: '/usr/bin/bitcoind', args: ['-x'] },
  nodes: nodeNames(2).map((name) => ({ name, executable: lightningd })),
  peers: [['l1', 'l2']],
};

test('the folder that is meant', () => {
  expect(playgroundDir('/a/b', { LN_PLAY_DIR: '/c' })).toBe('/a/b');
  expect(playgroundDir('b', {})).toBe(resolve('b'));
  expect(playgroundDir(undefined, { LN_PLAY_DIR: '/c' })).toBe('/c');
  expect(playgroundDir(undefined, { LN_PLAY_DIR: '' })).toBe(join(homedir(), '.ln-play'));
});

test('names, colours and secrets are the same every time, and differ from node to node', () => {
  const names = nodeNames(20);
  expect(names.slice(0, 3)).toEqual(['l1', 'l2', 'l3']);
  const secrets = names.map((name) => Buffer.from(fixedSecret(name)).toString('hex'));
  expect(new Set(secrets).size).toBe(20);
  expect(secrets[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(fixedSecret('l1')).toEqual(fixedSecret('l1'));
  expect(colourOf('l1')).toBe('ff0000');
  for (const name of names) expect(colourOf(name)).toMatch(/^[0-9a-f]{6}$/);
});

test('a manifest, written and read', async () => {
  expect(await readManifest(layout)).toBeUndefined();
  await writeManifest(layout, manifest);
  expect(await readManifest(layout)).toEqual(manifest);
});

/** What version 0.1 wrote. */
const format1 = {
  format: 1,
  bitcoind: manifest.bitcoind,
  nodes: nodeNames(3).map((name) => ({ name, executable: lightningd })),
};

test.each([
  ['log-file=/old/l1/log\nbitcoin-datadir=/old/bitcoin\n', '/old'],
  ['log-file=/elsewhere/log\nbitcoin-datadir=/old/bitcoin\n', undefined], // edited: not to be guessed at
  ['log-file=/old/l1/log\nbitcoin-datadir=bitcoin\n', undefined],
  ['', undefined],
])('a manifest of format 1 is read as nodes in a line, in the folder that the config %j names', async (config, dir) => {
  await put(layout.nodeDir('l1'), 'config');
  await writeFile(join(layout.nodeDir('l1'), 'config'), config);
  await writeFile(layout.manifest, JSON.stringify(format1));
  const peers = [['l1', 'l2'], ['l2', 'l3']]; // prettier-ignore
  expect(await readManifest(layout)).toEqual({ ...format1, format: 2, dir: dir ?? layout.dir, peers });
});

const record = { name: 'l1', executable: lightningd };
test.each([
  ['', 'is damaged: it is not JSON'],
  ['{"format":1', 'is damaged: it is not JSON'],
  ['null', 'is damaged: it is not a JSON object'],
  ['[]', 'is damaged: it is not a JSON object'],
  ['{}', 'has format undefined, not 2'],
  ['{"format":3}', 'has format 3, not 2'],
  [{ format: 1 }, 'is damaged'],
  [{ ...format1, nodes: [] }, 'is damaged'],
  [{ ...manifest, dir: undefined }, 'is damaged'],
  [{ ...manifest, peers: undefined }, 'is damaged'],
  [{ ...manifest, peers: [['l1', 'l9']] }, 'is damaged'],
  [{ ...manifest, peers: [['l1']] }, 'is damaged'],
  [{ ...manifest, bitcoind: {} }, 'is damaged'],
  [{ ...manifest, bitcoind: { command: 7, args: [] } }, 'is damaged'],
  [{ ...manifest, nodes: 'l1' }, 'is damaged'],
  [{ ...manifest, nodes: [] }, 'is damaged'],
  [{ ...manifest, nodes: [record, null] }, 'is damaged'],
  [{ ...manifest, nodes: [record, { name: 'l2' }] }, 'is damaged'],
  [{ ...manifest, nodes: [record, { ...record, executable: { command: 'x', args: [] } }] }, 'is damaged'],
])('the manifest %j is refused', async (content, why) => {
  await writeFile(layout.manifest, typeof content === 'string' ? content : JSON.stringify(content));
  await expect(readManifest(layout)).rejects.toMatchObject({
    code: 'STATE',
    message: expect.stringContaining(`${layout.manifest} ${why}`) as string,
    hint: expect.any(String) as string,
  });
});

async function put(folder: string, ...names: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) await writeFile(join(folder, name), 'text');
}

test('an unborn playground keeps configs, logs and keys, and nothing that daemons made', async () => {
  await markUnborn(layout);
  expect(await isUnborn(layout)).toBe(true);
  await put(layout.bitcoinDatadir, 'bitcoin.conf');
  await put(join(layout.bitcoinDatadir, 'regtest', 'wallets', 'faucet'), 'wallet.dat');
  await put(layout.nodeDir('l1'), 'config', 'log');
  await put(join(layout.nodeDir('l1'), 'regtest'), 'hsm_secret', 'lightningd.sqlite3', 'gossip_store');
  await put(join(layout.nodeDir('l1'), 'regtest', 'ldk-state'), 'manager');
  await clearUnborn(
    layout,
    nodeNames(2).map((name) => new ClnNode(name, layout.nodeDir(name), lightningd)),
  );
  expect((await readdir(layout.dir, { recursive: true })).sort()).toEqual(
    [
      '.unborn',
      'bitcoin',
      'bitcoin/bitcoin.conf',
      'l1',
      'l1/config',
      'l1/log',
      'l1/regtest',
      'l1/regtest/hsm_secret',
    ].sort(),
  );
  await markBorn(layout);
  await markBorn(layout);
  expect(await isUnborn(layout)).toBe(false);
});

test('a database is removed only of a lightningd that never was up', async () => {
  const dir = layout.nodeDir('l1');
  const log = join(dir, 'log');
  const left = async (logText: string | undefined, ...others: string[]): Promise<string[]> => {
    await rm(dir, { recursive: true, force: true });
    await put(dir, 'lightningd.sqlite3', 'lightningd.sqlite3-journal', 'hsm_secret', ...others);
    if (logText !== undefined) await writeFile(log, logText);
    await removeStillbornDatabase(dir, log);
    return (await readdir(dir)).filter((name) => name.startsWith('lightningd')).sort();
  };
  const database = ['lightningd.sqlite3', 'lightningd.sqlite3-journal'];
  const up = 'INFO lightningd: Server started with public key 02aa, alias l1\n';
  expect(await left('DEBUG lightningd: Opened log file\n')).toEqual([]);
  expect(await left(`DEBUG before\n${up}DEBUG after\n`)).toEqual(database);
  expect(await left(undefined)).toEqual(database);
  expect(await left('')).toEqual(database); // somebody emptied it
  expect(await left('DEBUG written after it was emptied\n', 'gossip_store')).toEqual(database);
  await removeStillbornDatabase(join(layout.dir, 'nowhere'), log);
});
