import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from '../../../src/network/playground.js';
import type { BitcoindAnswer, BitcoindCall } from '../../fakes/bitcoind-http.js';
import { fakePlayground, MINING, type FakePlayground } from './fake-playground.js';

let fake: FakePlayground;
let playground: Playground;
let asked: string[];
let answer: (call: BitcoindCall) => BitcoindAnswer;

beforeEach(async () => {
  asked = [];
  fake = await fakePlayground((call) => {
    asked.push(call.method);
    return answer(call);
  });
  playground = await Playground.open(fake.dir);
  expect(playground.bitcoind.daemon.pid).toBe(fake.bitcoindPid);
});
afterEach(async () => {
  playground.bitcoind.close();
  await fake[Symbol.asyncDispose]();
});

const warmUp = { error: { code: -28, message: 'Loading banlist…' } };
const noWallet = { error: { code: -18, message: 'Requested wallet does not exist or is not loaded' } };

test('a bitcoind that warms up is waited for, once, by whichever command comes first', async () => {
  answer = ({ method }) => (asked.length < 4 ? warmUp : { result: MINING[method] });
  expect(await playground.mine(1)).toBe(111);
  expect(asked.slice(0, 5)).toEqual([...Array<string>(4).fill('getblockchaininfo'), 'getnewaddress']);

  const before = asked.length;
  await playground.mine(1);
  expect(asked.slice(before)).toEqual(['generatetoaddress', 'gettxoutsetinfo', 'getblockchaininfo']);
});

test('a wallet that is not loaded is', async () => {
  answer = ({ method, path }) =>
    path.startsWith('/wallet') && !asked.includes('loadwallet') ? noWallet : { result: MINING[method] };
  expect(await playground.mine(1)).toBe(111);
  expect(asked).toContain('loadwallet');
});

test('a bitcoind that another command starts again in the middle is waited for as well', async () => {
  answer = ({ method }) =>
    asked.filter((each) => each === method).length === 1 && method === 'getnewaddress'
      ? warmUp
      : { result: MINING[method] };
  expect(await playground.mine(1)).toBe(111);
  expect(asked.slice(0, 4)).toEqual(['getblockchaininfo', 'getnewaddress', 'getblockchaininfo', 'getnewaddress']);
});
