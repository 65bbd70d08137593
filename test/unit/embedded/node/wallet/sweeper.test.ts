import { afterEach, beforeEach, expect, test } from 'vitest';
import { outpointName, type Transaction } from '../../../../../src/embedded/bitcoin/transaction.js';
import { Sweeper } from '../../../../../src/embedded/node/wallet/sweeper.js';
import { spending } from '../../chain/support.js';
import { Bench } from '../support.js';

const OUTPOINT = `${'aa'.repeat(32)}:1`;
const OTHER = `${'bb'.repeat(32)}:0`;
const WALLET = Buffer.from('5120', 'hex');

let bench: Bench;
let sweeper: Sweeper;
/** Outputs that no block has spent, and those that the mempool has. */
let unspent: Set<string>;
let spentInMempool: Set<string>;
let addresses: number;
let scripts: Uint8Array[];
let sent: Transaction[];
/** Outpoints that transactions spend which are sent and in no block yet. */
let onTheirWay: Set<string>;
let isBitcoindAway: boolean;
/** What LDK cannot spend. */
let unspendable: string;

const sweep = spending([OUTPOINT]);
beforeEach(() => {
  bench = new Bench();
  unspent = new Set([OUTPOINT]);
  spentInMempool = new Set();
  addresses = 0;
  scripts = [];
  unspendable = '';
  sent = [];
  onTheirWay = new Set();
  isBitcoindAway = false;
  sweeper = make();
});
afterEach(() => bench[Symbol.dispose]());

const make = (): Sweeper =>
  new Sweeper({
    store: bench.store,
    turn: bench.turns.turn,
    log: bench.log,
    rpc: {
      call: async <T>(method: string, params?: readonly unknown[] | object): Promise<T> => {
        await Promise.resolve();
        if (isBitcoindAway) throw new Error('away');
        expect(method).toBe('gettxout');
        const [txid, vout, withMempool] = params as [string, number, boolean];
        const outpoint = `${txid}:${vout}`;
        const isThere = unspent.has(outpoint) && !(withMempool && spentInMempool.has(outpoint));
        return (isThere ? {} : null) as T;
      },
    },
    wallet: {
      newAddress: () => Promise.resolve({ address: 'a', index: ++addresses }),
      scriptOf: () => Promise.resolve(WALLET),
    },
    closeScript: () => Buffer.from('0014', 'hex'),
    spentByKept: () => onTheirWay,
    spend: (descriptor, script) => {
      const outpoint = Buffer.from(descriptor).toString();
      if (outpoint === unspendable) throw new Error('LDK cannot');
      scripts.push(script);
      return spending([outpoint]);
    },
    send: (tx, transaction) => {
      for (const input of transaction.inputs) onTheirWay.add(outpointName(input));
      tx.afterCommit(() => sent.push(transaction));
    },
  });

const spendable = (script?: Uint8Array, outpoint = OUTPOINT): Promise<void> =>
  bench.turns.turn((tx) => sweeper.onSpendable(tx, [{ outpoint, descriptor: Buffer.from(outpoint), script }]));
const kept = (): string[] => bench.store.keys('spendable/');

test('an output is spent to a fresh address of the wallet', async () => {
  await spendable();
  await sweeper.sweep();
  expect(scripts).toEqual([WALLET]);
  expect(addresses).toBe(1);
  expect(sent).toEqual([sweep]);
});

test('an output is spent once, however often it is looked at', async () => {
  await spendable();
  await Promise.all([sweeper.sweep(), sweeper.sweep()]);
  await spendable();
  await sweeper.sweep();
  expect(sent).toEqual([sweep]);
  expect(addresses).toBe(1);
});

test('an output whose transaction has gone from bitcoind for good is spent again', async () => {
  await spendable();
  await sweeper.sweep();
  onTheirWay.clear();
  await sweeper.sweep();
  expect(sent).toHaveLength(2);
});

test('an output is kept until a block has spent it, and forgotten then', async () => {
  await spendable();
  await sweeper.sweep();
  onTheirWay.clear();
  spentInMempool.add(OUTPOINT);
  await sweeper.sweep();
  expect(kept()).toEqual([`spendable/${OUTPOINT}`]);
  unspent.clear();
  await sweeper.sweep();
  expect(kept()).toEqual([]);
  expect(sent).toHaveLength(1);
});

test('what a killed node did not get to is spent after the restart', async () => {
  isBitcoindAway = true;
  await spendable();
  await sweeper.sweep();
  bench.reopen();
  isBitcoindAway = false;
  sweeper = make();
  await sweeper.sweep();
  expect(sent).toEqual([sweep]);
});

test('what pays to the script that channels close to is in the wallet already', async () => {
  await spendable(Buffer.from('0014', 'hex'));
  expect(kept()).toEqual([]);
});

test('an output that LDK cannot spend is logged, and the others are spent', async () => {
  unspent.add(OTHER);
  unspendable = OUTPOINT;
  await spendable();
  await spendable(undefined, OTHER);
  await sweeper.sweep();
  expect(sent).toEqual([spending([OTHER])]);
  expect(bench.logged).toContain(`sweeping spendable/${OUTPOINT}: Error: LDK cannot`);
});
