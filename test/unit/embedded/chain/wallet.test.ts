import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Wallet } from '../../../../src/embedded/chain/wallet.js';
import { Store } from '../../../../src/embedded/store/store.js';
import type { Turn } from '../../../../src/embedded/store/turns.js';
import { BitcoindRpc } from '../../../../src/rpc/bitcoind.js';
import { beginTurns } from '../node/support.js';
import { FakeBitcoind, type BitcoindAnswer } from '../../../fakes/bitcoind-http.js';

let dir: string;
let store: Store;
let turn: Turn;
let rpc: BitcoindRpc;
/** Whether bitcoind has the wallet. */
let exists: boolean;
/** The coins that it has set aside. */
let locked: { txid: string; vout: number }[];
/** Methods to which it answers with an error, whatever they are about. */
let refused: Set<string>;

const ANSWERS: Record<string, () => BitcoindAnswer> = {
  loadwallet: () => (exists ? { result: {} } : { error: { code: -18, message: 'not found' } }),
  createwallet: () => {
    exists = true;
    return { result: {} };
  },
  getdescriptorinfo: () => ({ result: { descriptor: 'wpkh(public)', checksum: 'sum' } }),
  listlockunspent: () => ({ result: locked }),
  lockunspent: () => ({ result: true }),
  importdescriptors: () => ({ result: [{ success: true }, { success: true }] }),
};
const bitcoind = new FakeBitcoind(({ method }) =>
  refused.has(method) ? { error: { code: -1, message: `no ${method}` } } : ANSWERS[method]!(),
);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ln-play wallet '));
  store = Store.open(join(dir, 'store'));
  ({ turn } = beginTurns(store));
  exists = false;
  locked = [];
  refused = new Set();
  await bitcoind.listen();
  bitcoind.calls.length = 0;
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
});
afterEach(async () => {
  rpc.close();
  await bitcoind.close();
  await rm(dir, { recursive: true, force: true });
});

const open = (...spentByKept: string[]): Promise<void> =>
  new Wallet({ rpc, nodeId: 'id', key: 'key', store, turn, spentByKept: () => new Set(spentByKept) }).open();
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
    params: [[{ range: [0, 2234] }, { range: [0, 2234] }]],
  });
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
