import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMethods } from '../../../../src/daemons/bitcoin-backend/methods.js';
import { FIRST_BLOCKS } from '../../../../src/daemons/first-blocks.js';
import { BitcoindRpc } from '../../../../src/rpc/bitcoind.js';
import type { FeeEstimate } from '../../../../src/rpc/bitcoind-weather.js';
import { FakeBitcoind, type BitcoindAnswer } from '../../../fakes/bitcoind-http.js';

/** A chain of blocks by name, in a bitcoind that holds waitforblockheight until there are enough. */
let chain: string[];
let waiting: (() => void)[];
let answers: { [method: string]: (params: readonly unknown[]) => BitcoindAnswer | Promise<BitcoindAnswer> };
let bitcoind: FakeBitcoind;
let rpc: BitcoindRpc;
let told: string[];
let methods: ReturnType<typeof createMethods>;
/** What is set in place of bitcoind's estimates, and who is told when that changes. */
let estimates: readonly FeeEstimate[] | undefined;
let changed: Set<() => void>;
const set = (others: typeof estimates): void => {
  estimates = others;
  for (const listener of changed) listener();
};

const error = (code: number, message: string): BitcoindAnswer => ({ error: { code, message } });
const setChain = (blocks: string[]): void => {
  chain = blocks;
  for (const wake of waiting.splice(0)) wake();
};
const blocks = (count: number, prefix = 'a'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

beforeEach(async () => {
  chain = blocks(FIRST_BLOCKS + 1);
  waiting = [];
  told = [];
  answers = {
    getblockchaininfo: () => ({
      result: { chain: 'regtest', headers: chain.length - 1, blocks: chain.length - 1, initialblockdownload: false },
    }),
    getblockhash: ([height]) => {
      const hash = chain[Number(height)];
      return hash === undefined ? error(-8, 'Block height out of range') : { result: hash };
    },
    getblock: ([hash]) => ({ result: `raw ${String(hash)}` }),
    waitforblockheight: async ([height]) => {
      while (chain.length - 1 < Number(height)) await new Promise<void>((resolve) => waiting.push(resolve));
      return { result: { height: chain.length - 1 } };
    },
    getmempoolinfo: () => ({ result: { mempoolminfee: 0.00001, minrelaytxfee: 0.00002 } }),
    estimatesmartfee: () => ({ result: { errors: ['Insufficient data'] } }),
  };
  bitcoind = await new FakeBitcoind(({ method, params }) => answers[method]!(params)).listen();
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
  estimates = undefined;
  changed = new Set();
  const weather = {
    get estimates() {
      return estimates;
    },
    onEstimates: (listener: () => void) => (changed.add(listener), () => changed.delete(listener)),
  };
  methods = createMethods(rpc, weather, (message) => told.push(message));
});
afterEach(async () => {
  setChain(blocks(1000));
  rpc.close();
  await bitcoind.close();
});
const block = (height: number) => methods['getrawblockbyheight']!({ height });
const asked = (method: string): number => bitcoind.calls.filter((call) => call.method === method).length;
/** Lets all that is under way over the loopback come to rest: bitcoind has been asked for it. */
const untilAsked = async (method: string, times = 1): Promise<void> => {
  while (asked(method) < times) await turn();
};

test('the chain, by the names that lightningd has for it', async () => {
  expect(await methods['getchaininfo']!({})).toEqual({
    chain: 'regtest',
    headercount: FIRST_BLOCKS,
    blockcount: FIRST_BLOCKS,
    ibd: false,
  });
});

test('a new chain is told of once it has its first blocks', async () => {
  setChain(blocks(1));
  const info = methods['getchaininfo']!({});
  await untilAsked('waitforblockheight');
  setChain(blocks(FIRST_BLOCKS + 1));
  expect(await info).toMatchObject({ blockcount: FIRST_BLOCKS });
});

test('blocks that are there', async () => {
  expect(await block(0)).toEqual({ blockhash: 'a0', block: 'raw a0' });
  expect(await block(1)).toEqual({ blockhash: 'a1', block: 'raw a1' });
});

test('the first "none yet" is said at once, the second question is held until the block comes', async () => {
  const next = chain.length;
  expect(await block(next)).toEqual({ blockhash: null, block: null });
  expect(asked('waitforblockheight')).toBe(0);
  const held = block(next);
  await untilAsked('waitforblockheight');
  setChain(blocks(next + 1));
  expect(await held).toEqual({ blockhash: `a${next}`, block: `raw a${next}` });
  // and so on for the one after it
  expect(await block(next + 1)).toEqual({ blockhash: null, block: null });
});

test('after a reorganisation the block is the one of the new chain', async () => {
  const next = chain.length;
  await block(next);
  const held = block(next);
  await untilAsked('waitforblockheight');
  setChain(blocks(next - 5, 'b')); // shorter for a moment
  await turn();
  setChain(blocks(next + 1, 'b'));
  expect(await held).toEqual({ blockhash: `b${next}`, block: `raw b${next}` });
  expect(await block(next - 1)).toEqual({ blockhash: `b${next - 1}`, block: `raw b${next - 1}` }); // lightningd goes back
});

test('a question that bitcoind held for as long as it would is put again', async () => {
  const next = chain.length;
  const release: (() => void)[] = [];
  answers['waitforblockheight'] = async () => {
    await new Promise<void>((resolve) => release.push(resolve));
    return { result: {} };
  };
  await block(next);
  const answer = block(next);
  await untilAsked('waitforblockheight');
  release[0]!(); // nothing came meanwhile
  await untilAsked('waitforblockheight', 2);
  setChain(blocks(next + 1));
  release[1]!();
  expect(await answer).toMatchObject({ blockhash: `a${next}` });
});

test('a bitcoind that goes away and comes back: the question waits, and it is logged once each', async () => {
  const next = chain.length;
  await block(next);
  const held = block(next);
  await untilAsked('waitforblockheight');
  await bitcoind.close();
  while (told.length === 0) await turn();
  await bitcoind.listen();
  while (told.length === 1) {
    setChain(blocks(next + 1));
    await turn();
  }
  expect(await held).toMatchObject({ blockhash: `a${next}` });
  expect(told).toEqual([expect.stringMatching(/bitcoind does not answer/), 'bitcoind is back']);
});

test('a bitcoind that starts is asked again', async () => {
  let count = 0;
  const info = answers['getblockchaininfo']!;
  answers['getblockchaininfo'] = (params) => (++count < 3 ? error(-28, 'Loading block index…') : info(params));
  expect(await methods['getchaininfo']!({})).toMatchObject({ chain: 'regtest' });
  expect(count).toBe(3);
});

test('what bitcoind refuses for another reason is an error', async () => {
  answers['getblockhash'] = () => error(-1, 'boom');
  await expect(block(1)).rejects.toThrow('boom');
});

test('feerates: what bcli makes up on regtest, and never below the floor', async () => {
  expect(await methods['estimatefees']!({})).toEqual({
    feerate_floor: 2_000,
    feerates: [2, 6, 12, 100].map((blocks) => ({ blocks, feerate: 2_000 })),
  });
});

test('feerates that bitcoind does estimate', async () => {
  answers['estimatesmartfee'] = ([target]) => ({ result: { feerate: target === 2 ? 0.0005 : 0.00000001 } });
  const { feerates } = await methods['estimatefees']!({});
  expect(feerates).toEqual([
    { blocks: 2, feerate: 50_000 },
    ...[6, 12, 100].map((blocks) => ({ blocks, feerate: 2_000 })),
  ]);
});

test('an output, also one of an amount that floating point cannot hold, and one that is spent', async () => {
  answers['gettxout'] = () => ({ result: { value: 0.29, scriptPubKey: { hex: '0014ab' } } });
  expect(await methods['getutxout']!({ txid: 'ff', vout: 1 })).toEqual({ amount: '29000000sat', script: '0014ab' });
  answers['gettxout'] = () => ({ result: null });
  expect(await methods['getutxout']!({ txid: 'ff', vout: 1 })).toEqual({ amount: null, script: null });
});

test('transactions: sent, known already, refused', async () => {
  const send = (params = {}) => methods['sendrawtransaction']!({ tx: '02', allowhighfees: false, ...params });
  answers['sendrawtransaction'] = () => ({ result: 'txid' });
  expect(await send()).toEqual({ success: true, errmsg: '' });
  await send({ allowhighfees: true });
  expect(bitcoind.calls.map(({ params }) => params)).toEqual([['02'], ['02', 0]]);
  answers['sendrawtransaction'] = () => error(-27, 'Transaction outputs already in utxo set');
  expect(await send()).toEqual({ success: true, errmsg: '' });
  answers['sendrawtransaction'] = () => error(-26, 'bad-txns-inputs-missingorspent');
  expect(await send()).toEqual({ success: false, errmsg: expect.stringContaining('missingorspent') as string });
});

test('feerates that are set come at once, after others for one block number more, so that lightningd smooths nothing', async () => {
  await methods['estimatefees']!({});
  const held = methods['estimatefees']!({});
  set([
    { blocks: 2, feeratePerKw: 10_000 },
    { blocks: 100, feeratePerKw: 250 },
  ]);
  const perkb = [
    { blocks: 2, feerate: 40_000 },
    { blocks: 100, feerate: 2_000 }, // bitcoind takes no less
  ];
  expect(await held).toEqual({ feerates: [...perkb, { blocks: 101, feerate: 2_000 }], feerate_floor: 2_000 });
  expect(await methods['estimatefees']!({})).toEqual({ feerates: perkb, feerate_floor: 2_000 });

  const next = methods['estimatefees']!({});
  set(undefined);
  expect(await next).toMatchObject({
    feerates: [{ blocks: 2 }, { blocks: 6 }, { blocks: 12 }, { blocks: 100 }, { blocks: 101 }],
  });
});
