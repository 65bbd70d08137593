import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutOf } from '../../../src/network/layout.js';
import { nodeNames } from '../../../src/network/names.js';
import { writeManifest } from '../../../src/network/manifest.js';
import { Playground } from '../../../src/network/playground.js';
import { FakeBitcoind, type BitcoindAnswer, type BitcoindCall } from '../../fakes/bitcoind-http.js';

let dir: string;
let playground: Playground;
let fake: FakeBitcoind;
let asked: string[];
let answer: (call: BitcoindCall) => BitcoindAnswer;

/** bitcoind's RPC, and a process that is taken for it. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play warm-up '));
  asked = [];
  fake = await new FakeBitcoind((call) => {
    asked.push(call.method);
    return answer(call);
  }).listen();
  const layout = layoutOf(dir);
  const command = { command: process.execPath, args: [] };
  const nodes = nodeNames(2).map((name) => ({ name, executable: { ...command, implementation: 'cln' as const } }));
  await writeManifest(layout, { format: 2, dir, bitcoind: command, nodes, peers: [] });
  await mkdir(join(layout.bitcoinDatadir, 'regtest'), { recursive: true });
  await mkdir(layout.locks);
  await writeFile(join(layout.bitcoinDatadir, 'bitcoin.conf'), `rpcport=${fake.port}\n`);
  await writeFile(join(layout.bitcoinDatadir, 'regtest', '.cookie'), 'user:password');
  const marker = `-pid=${join(layout.bitcoinDatadir, 'regtest', 'bitcoind.pid')}`;
  const bitcoind = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', marker], { stdio: 'ignore' });
  await once(bitcoind, 'spawn');
  playground = await Playground.open(dir);
  expect(playground.bitcoind.daemon.pid).toBe(bitcoind.pid);
  return () => void bitcoind.kill('SIGKILL');
});
afterEach(async () => {
  playground.bitcoind.close();
  await fake.close();
  await rm(dir, { recursive: true });
});

const RESULTS: { readonly [method: string]: unknown } = {
  getblockchaininfo: { blocks: 111 },
  getnewaddress: 'bcrt1q',
  generatetoaddress: ['00'],
  gettxoutsetinfo: {},
  listwallets: [],
  loadwallet: {},
};
const warmUp = { error: { code: -28, message: 'Loading banlist…' } };
const noWallet = { error: { code: -18, message: 'Requested wallet does not exist or is not loaded' } };

test('a bitcoind that warms up is waited for, once, by whichever command comes first', async () => {
  answer = ({ method }) => (asked.length < 4 ? warmUp : { result: RESULTS[method] });
  expect(await playground.mine(1)).toBe(111);
  expect(asked.slice(0, 5)).toEqual([...Array<string>(4).fill('getblockchaininfo'), 'getnewaddress']);

  const before = asked.length;
  await playground.mine(1);
  expect(asked.slice(before)).toEqual(['generatetoaddress', 'gettxoutsetinfo', 'getblockchaininfo']);
});

test('a wallet that is not loaded is', async () => {
  answer = ({ method, path }) =>
    path.startsWith('/wallet') && !asked.includes('loadwallet') ? noWallet : { result: RESULTS[method] };
  expect(await playground.mine(1)).toBe(111);
  expect(asked).toContain('loadwallet');
});

test('a bitcoind that another command starts again in the middle is waited for as well', async () => {
  answer = ({ method }) =>
    asked.filter((each) => each === method).length === 1 && method === 'getnewaddress'
      ? warmUp
      : { result: RESULTS[method] };
  expect(await playground.mine(1)).toBe(111);
  expect(asked.slice(0, 4)).toEqual(['getblockchaininfo', 'getnewaddress', 'getblockchaininfo', 'getnewaddress']);
});
