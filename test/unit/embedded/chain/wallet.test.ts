import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InsufficientFundsError, Wallet } from '../../../../src/embedded/chain/wallet.js';
import { Store } from '../../../../src/embedded/store/store.js';
import type { Turn } from '../../../../src/embedded/store/turns.js';
import { BitcoindRpc } from '../../../../src/rpc/bitcoind.js';
import { beginTurns } from '../node/support.js';
import { spending } from './support.js';
import { FakeBitcoind, type BitcoindAnswer } from '../../../fakes/bitcoind-http.js';

let dir: string;
let store: Store;
let turn: Turn;
let rpc: BitcoindRpc;
/** Whether bitcoind has the wallet. */
let exists: boolean;
/** Which keys it has. */
let range: [number, number] | undefined;
/** The coins that it has set aside. */
let locked: { txid: string; vout: number }[];
/** Methods to which it answers with an error, whatever they are about. */
let refused: Set<string>;

/** What bitcoind answers, by method, where a test says it; otherwise as a bitcoind with an empty wallet. */
let answers: Record<string, BitcoindAnswer>;
const ANSWERS: Record<string, (params: readonly unknown[]) => BitcoindAnswer> = {
  loadwallet: () => (exists ? { result: {} } : { error: { code: -18, message: 'not found' } }),
  createwallet: () => {
    exists = true;
    range = undefined;
    return { result: {} };
  },
  getdescriptorinfo: () => ({ result: { descriptor: 'wpkh(public)', checksum: 'sum' } }),
  listlockunspent: () => ({ result: locked }),
  lockunspent: () => ({ result: true }),
  deriveaddresses: (params) => {
    const [first, last] = params[1] as [number, number];
    return { result: Array.from({ length: last - first + 1 }, (_, i) => `address ${first + i}`) };
  },
  listdescriptors: () => ({ result: { descriptors: range === undefined ? [] : [{ range }] } }),
  importdescriptors: ([requests]) => {
    range = (requests as { range: [number, number] }[])[0]!.range;
    return { result: [{ success: true }, { success: true }] };
  },
};
const bitcoind = new FakeBitcoind(({ method, params }) =>
  refused.has(method)
    ? { error: { code: -1, message: `no ${method}` } }
    : (answers[method] ?? ANSWERS[method]!(params)),
);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play wallet '));
  store = Store.open(join(dir, 'store'));
  ({ turn } = beginTurns(store));
  exists = false;
  range = undefined;
  locked = [];
  refused = new Set();
  answers = {};
  await bitcoind.listen();
  bitcoind.calls.length = 0;
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
});
afterEach(async () => {
  rpc.close();
  await bitcoind.close();
  await rm(dir, { recursive: true, force: true });
});

const make = (...spentByKept: string[]): Wallet =>
  new Wallet({ rpc, nodeId: 'id', key: 'key', store, turn, spentByKept: () => new Set(spentByKept) });
const open = (...spentByKept: string[]): Promise<void> => make(...spentByKept).open();
const imports = (): number => bitcoind.calls.filter(({ method }) => method === 'importdescriptors').length;

test('bitcoind gets the keys once', async () => {
  await open();
  expect(imports()).toBe(1);
  await open();
  expect(imports()).toBe(1);
});

test('a wallet that was made and got no keys, since the node ended in between, gets them at the next start', async () => {
  refused.add('importdescriptors');
  await expect(open()).rejects.toThrow('no importdescriptors');
  refused.clear();
  await open();
  expect(imports()).toBe(2);
});

test('a wallet that bitcoind has lost is made again, with all keys that were given away', async () => {
  await open();
  exists = false;
  store.putJson('wallet/next-index', 1234);
  await open();
  expect(bitcoind.calls.at(-1)).toMatchObject({
    method: 'importdescriptors',
    params: [[{ range: [0, 1259] }, { range: [0, 1259] }]],
  });
});

test('a wallet that bitcoind has lost is made again, and the node ends before it has its keys: it gets them at the next start', async () => {
  await open();
  exists = false;
  refused.add('importdescriptors');
  await expect(open()).rejects.toThrow('no importdescriptors');
  refused.clear();
  await open();
  expect(range).toEqual([0, 26]);
});

test('a wallet keeps the keys that an earlier version gave it: bitcoind takes no fewer', async () => {
  await open();
  store.putJson('wallet/imported', true);
  range = [0, 1001];
  await open();
  expect(range).toEqual([0, 1001]);
  await open();
  expect(imports()).toBe(2);
});

test('coins that a killed node had set aside are free again, but those of a transaction that is still to be sent', async () => {
  await open();
  locked = [
    { txid: 'aa', vout: 0 },
    { txid: 'aa', vout: 1 },
  ];
  await open('aa:1');
  expect(bitcoind.calls.at(-1)).toMatchObject({ method: 'lockunspent', params: [true, [{ txid: 'aa', vout: 0 }]] });
});

test('a bitcoind that fails in two ways at once fails the opening, and nothing else', async () => {
  refused = new Set(['loadwallet', 'getdescriptorinfo']);
  const unhandled: unknown[] = [];
  const note = (error: unknown): unknown => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    await expect(open()).rejects.toThrow(/no (loadwallet|getdescriptorinfo)/);
    await rpc.call('createwallet'); // an answer after both of those
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(unhandled).toEqual([]);
});

const lastCall = (name: string): unknown => bitcoind.calls.findLast(({ method }) => method === name)?.params;

describe('an address', () => {
  test('is given away once, also by two at once and after a restart', async () => {
    const wallet = make();
    const both = await Promise.all([wallet.newAddress('p2tr'), wallet.newAddress('bech32')]);
    expect(both).toEqual([
      { address: 'address 1', index: 1 },
      { address: 'address 2', index: 2 },
    ]);
    store.close();
    store = Store.open(join(dir, 'store'));
    ({ turn } = beginTurns(store));
    expect((await make().newAddress('p2tr')).index).toBe(3);
  });

  test('is among those that bitcoind looks for, however many there are', async () => {
    const wallet = make();
    for (let given = 0; given < 60; given++) {
      const [one, other] = await Promise.all([wallet.newAddress('p2tr'), wallet.newAddress('bech32')]);
      expect(range![1]).toBeGreaterThanOrEqual(Math.max(one.index, other.index));
    }
    expect(imports()).toBe(5);
  });

  test('of another network has no script', async () => {
    answers['validateaddress'] = { result: { isvalid: true, scriptPubKey: '51' } };
    expect(await make().scriptOf('bcrt1')).toEqual(Buffer.of(0x51));
    answers['validateaddress'] = { result: { isvalid: false } };
    expect(await make().scriptOf('bc1')).toBeUndefined();
  });
});

test('coins are those that are free and those that are set aside', async () => {
  locked = [
    { txid: 'bb', vout: 1 },
    { txid: 'cc', vout: 2 },
  ];
  const free = { txid: 'aa', vout: 0, amount: 0.1 + 0.2, scriptPubKey: '51', confirmations: 3 };
  answers = {
    listunspent: { result: [free] },
    gettxout: { result: { value: 1, confirmations: 6, scriptPubKey: { hex: '52', address: 'b' } } },
  };
  const common = { address: undefined, reserved: false };
  const wallet = make('bb:1', 'cc:2');
  expect(await wallet.utxos()).toMatchObject([
    { txid: 'aa', vout: 0, valueSat: 30_000_000n, script: '51', confirmations: 3, ...common },
    { txid: 'bb', vout: 1, valueSat: 100_000_000n, script: '52', confirmations: 6, address: 'b', reserved: true },
    { txid: 'cc', vout: 2, reserved: true },
  ]);
  answers['gettxout'] = { result: null }; // they are spent
  expect(await wallet.utxos()).toHaveLength(1);
});

describe('coins for a transaction', () => {
  const OUTPUT = { valueSat: 1000n, script: Uint8Array.of(0x51) };
  const chosen = spending(['aa'.repeat(32) + ':0'], 900n);

  test('are chosen and set aside by bitcoind, and are free again when they are not needed', async () => {
    answers['fundrawtransaction'] = { result: { hex: chosen.raw.toString('hex'), fee: 0.000001 } };
    const wallet = make();
    const funded = await wallet.fund([OUTPUT], { feeratePerKw: 253, minconf: 1, all: true });
    expect(funded).toMatchObject({ feeSat: 100n, amountSat: 900n, inputs: chosen.inputs });
    const options = { lockUnspents: true, fee_rate: 1.012, minconf: 1, subtractFeeFromOutputs: [0] };
    expect(lastCall('fundrawtransaction')).toMatchObject([expect.any(String), options, false]);
    await wallet.release(funded);
    expect(lastCall('lockunspent')).toEqual([true, chosen.inputs]);
  });

  test('may be too few', async () => {
    answers['fundrawtransaction'] = { error: { code: -4, message: 'Insufficient funds' } };
    await expect(make().fund([OUTPUT], { feeratePerKw: 253, minconf: 1 })).rejects.toThrow(InsufficientFundsError);
    answers['fundrawtransaction'] = { error: { code: -8, message: 'Invalid parameter' } };
    await expect(make().fund([OUTPUT], { feeratePerKw: 253, minconf: 1 })).rejects.not.toThrow(InsufficientFundsError);
  });

  test('have to be signed, all of them', async () => {
    const funded = { unsignedHex: '', feeSat: 1n, inputs: [], amountSat: 1n };
    answers['signrawtransactionwithwallet'] = { result: { hex: chosen.raw.toString('hex'), complete: true } };
    expect(await make().sign(funded)).toEqual(chosen);
    answers['signrawtransactionwithwallet'] = { result: { hex: '', complete: false, errors: ['no key'] } };
    await expect(make().sign(funded)).rejects.toThrow('bitcoind could not sign: ["no key"]');
  });
});

test('a bitcoind that was restarted loads the wallet again', async () => {
  const wallet = make();
  await wallet.open();
  let isLoaded = false;
  exists = true;
  const loads = bitcoind.calls.filter(({ method }) => method === 'loadwallet').length;
  const { answer } = bitcoind;
  bitcoind.answer = (call) => {
    if (call.method === 'loadwallet') isLoaded = true;
    if (call.method !== 'listtransactions') return answer(call);
    return isLoaded ? { result: [] } : { error: { code: -18, message: 'not loaded' } };
  };
  try {
    expect(await Promise.all([wallet.transactions(), wallet.transactions()])).toEqual([[], []]);
  } finally {
    bitcoind.answer = answer;
  }
  expect(bitcoind.calls.filter(({ method }) => method === 'loadwallet')).toHaveLength(loads + 1);
});
