import { appendFile, mkdir } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { Bitcoind } from '../../src/daemons/bitcoind.js';
import { FIRST_BLOCKS } from '../../src/daemons/first-blocks.js';
import { Faucet } from '../../src/network/faucet.js';
import { Miner } from '../../src/network/miner.js';
import { layoutOf, type Layout } from '../../src/network/layout.js';
import { isUnborn, markUnborn } from '../../src/network/unborn.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let layout: Layout;
let bitcoind: Bitcoind;
let faucet: Faucet;
/** Two commands on one playground. */
let miner: Miner;
let another: Miner;

beforeAll(async () => {
  layout = layoutOf(folder.path);
  await mkdir(layout.locks);
  bitcoind = new Bitcoind(layout.bitcoinDatadir, { command: process.env['BITCOIND_EXE']!, args: [] });
  faucet = new Faucet(bitcoind);
  const payTo = () => faucet.address();
  [miner, another] = [new Miner(bitcoind, layout, payTo), new Miner(bitcoind, layout, payTo)];
  await bitcoind.prepare();
  await bitcoind.start();
  await faucet.prepare();
  await miner.prepare();
  return async () => {
    await bitcoind.daemon.stop();
    bitcoind.close();
  };
});

const height = () => bitcoind.rpc.call<number>('getblockcount');

test('blocks of commands that mine at once all come to be in the chain', async () => {
  expect(await height()).toBe(FIRST_BLOCKS);
  const mined = (await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? miner : another).mine(2)))).flat();
  expect(await height()).toBe(FIRST_BLOCKS + 40);
  const depths = mined.map((hash) => bitcoind.rpc.call<{ confirmations: number }>('getblockheader', [hash]));
  expect((await Promise.all(depths)).filter(({ confirmations }) => confirmations < 1)).toEqual([]);
});

test('a chain that is on disk is no longer what the next `up` would make anew', async () => {
  await markUnborn(layout);
  await miner.mine(1);
  expect(await isUnborn(layout)).toBe(false);
});

test('a transaction is taken whatever its locktime: a wallet may choose any that is not ahead of the chain', async () => {
  const { rpc } = bitcoind;
  const { wallet } = faucet;
  const outputs = { [await faucet.address()]: 1 };
  const signed = Array.from({ length: FIRST_BLOCKS + 1 }, async (_, locktime) => {
    const { hex } = await rpc.call<{ hex: string }>(
      'fundrawtransaction',
      [await rpc.call('createrawtransaction', [[], outputs, locktime])],
      wallet,
    );
    return (await rpc.call<{ hex: string }>('signrawtransactionwithwallet', [hex], wallet)).hex;
  });
  const refused = (await Promise.all(signed)).map(async (hex, locktime) => {
    const [verdict] = await rpc.call<[{ allowed: boolean }]>('testmempoolaccept', [[hex]]);
    return verdict.allowed ? [] : [{ locktime, verdict }];
  });
  expect((await Promise.all(refused)).flat()).toEqual([]);
});

test('a transaction that the mempool refuses is an error, with the reason, and not waited for', async () => {
  await bitcoind.daemon.stop();
  await appendFile(bitcoind.configFile, 'bytespersigop=1000000\n');
  await bitcoind.start();
  const before = await faucet.balanceSat();
  await expect(faucet.send(await faucet.address(), 1_000n)).rejects.toMatchObject({
    code: 'DAEMON',
    message: expect.stringMatching(/refuses the faucet's transaction: min relay fee not met/) as string,
    hint: expect.stringContaining(bitcoind.configFile) as string,
  });
  expect(await faucet.balanceSat()).toBe(before); // its coins are free again
});
