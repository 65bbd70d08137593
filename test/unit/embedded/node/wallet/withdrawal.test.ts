import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Output } from '../../../../../src/embedded/bitcoin/unfunded.js';
import { InsufficientFundsError, type FundOptions, type Utxo } from '../../../../../src/embedded/chain/wallet.js';
import { Withdrawal, type WithdrawalRequest } from '../../../../../src/embedded/node/wallet/withdrawal.js';
import { spending } from '../../chain/support.js';
import { Bench } from '../support.js';

const SCRIPT = Buffer.from(`0014${'11'.repeat(20)}`, 'hex');
const REQUEST: WithdrawalRequest = {
  script: SCRIPT,
  amountSat: 10_000n,
  feeratePerKw: 253,
  minconf: 1,
  utxos: undefined,
};
const coin = (vout: number, change: Partial<Utxo> = {}): Utxo => ({
  txid: 'aa'.repeat(32),
  vout,
  valueSat: 50_000n,
  script: '',
  address: undefined,
  confirmations: 6,
  reserved: false,
  ...change,
});

let bench: Bench;
let coins: Utxo[];
let funded: { readonly outputs: readonly Output[]; readonly options: FundOptions }[];
let released: number;
let kept: Set<string>;
/** What bitcoind does with the transaction. */
let sent: string[];
let refusal: string | undefined;
let fails: string | undefined;
let withdrawal: Withdrawal;

const made = spending([`${'aa'.repeat(32)}:0`]);
const unless = <T>(what: string, result: T): Promise<T> =>
  fails === what ? Promise.reject(new Error(`${what} fails`)) : Promise.resolve(result);
beforeEach(() => {
  bench = new Bench();
  coins = [coin(0), coin(1)];
  funded = [];
  released = 0;
  kept = new Set();
  sent = [];
  refusal = undefined;
  fails = undefined;
  withdrawal = new Withdrawal({
    turn: bench.turns.turn,
    rpc: { call: <T>() => unless('converttopsbt', 'psbt' as T) },
    wallet: {
      utxos: () => Promise.resolve(coins),
      fund: (outputs, options) => {
        funded.push({ outputs, options });
        const { valueSat } = outputs[0]!;
        const have = coins.reduce((sum, each) => sum + each.valueSat, 0n);
        if (valueSat > have) return Promise.reject(new InsufficientFundsError('Insufficient funds'));
        return Promise.resolve({ unsignedHex: '', feeSat: 100n, inputs: [], amountSat: valueSat });
      },
      sign: () => unless('sign', made),
      release: () => {
        released++;
        return unless('release', undefined);
      },
    },
    broadcaster: {
      keep: (_tx, { txid }) => void kept.add(txid),
      forget: (_tx, { txid }) => void kept.delete(txid),
      send: ({ txid }) => {
        sent.push(`${txid}, dirty: ${bench.store.dirty}, kept: ${kept.has(txid)}`);
        return Promise.resolve(refusal);
      },
    },
  });
});
afterEach(() => bench[Symbol.dispose]());

test('a payment is kept before it is sent, and stays kept', async () => {
  expect(await withdrawal.send(REQUEST)).toEqual({ transaction: made, psbt: 'psbt' });
  expect(sent).toEqual([`${made.txid}, dirty: false, kept: true`]);
  expect(kept.has(made.txid)).toBe(true);
  expect(released).toBe(0);
  expect(funded[0]).toEqual({
    outputs: [{ valueSat: 10_000n, script: SCRIPT }],
    options: { feeratePerKw: 253, minconf: 1, utxos: undefined, all: false },
  });
});

test('a payment that bitcoind refuses is forgotten, and its coins are free again', async () => {
  refusal = 'min relay fee not met';
  await expect(withdrawal.send(REQUEST)).rejects.toMatchObject({
    code: 'LIGHTNINGD',
    message: 'Error broadcasting transaction: min relay fee not met',
  });
  expect(kept.size).toBe(0);
  expect(released).toBe(1);
});

test.each(['sign', 'converttopsbt'])('when %s fails, nothing is sent, and the coins are free again', async (what) => {
  fails = what;
  await expect(withdrawal.send(REQUEST)).rejects.toThrow(`${what} fails`);
  expect([kept.size, sent.length, released]).toEqual([0, 0, 1]);
});

test('the reason is told also where the coins cannot be freed', async () => {
  refusal = 'no';
  fails = 'release';
  await expect(withdrawal.send(REQUEST)).rejects.toThrow('Error broadcasting transaction: no');
});

describe('all there is', () => {
  const send = (change: Partial<WithdrawalRequest> = {}): Promise<unknown> =>
    withdrawal.send({ ...REQUEST, amountSat: 'all', ...change });

  test('is all coins that are free and deep enough', async () => {
    coins = [coin(0), coin(1, { confirmations: 0 }), coin(2, { reserved: true }), coin(3, { valueSat: 7n })];
    await send();
    expect(funded[0]).toMatchObject({
      outputs: [{ valueSat: 50_007n }],
      options: { all: true, utxos: [coins[0], coins[3]] },
    });
  });

  test('is all of the coins that are named', async () => {
    const { txid } = coins[1]!;
    await send({ utxos: [{ txid, vout: 1 }] });
    expect(funded[0]).toMatchObject({ outputs: [{ valueSat: 50_000n }], options: { utxos: [{ txid, vout: 1 }] } });
  });

  test('may be nothing', async () => {
    coins = [];
    await expect(send()).rejects.toMatchObject({ code: 'FUND_CANNOT_AFFORD', message: 'No available UTXOs' });
  });
});

test('too much is refused, with how much is missing', async () => {
  await expect(withdrawal.send({ ...REQUEST, amountSat: 100_500n })).rejects.toMatchObject({
    code: 'FUND_CANNOT_AFFORD',
    message: 'Could not afford 100500sat using all 2 available UTXOs: 500sat short',
  });
});

test('dust is refused, and nothing is set aside for it', async () => {
  await expect(withdrawal.send({ ...REQUEST, amountSat: 293n })).rejects.toMatchObject({
    code: 'FUND_OUTPUT_IS_DUST',
    message: 'Output 293 satoshis would be dust',
  });
  expect(funded).toEqual([]);
  await withdrawal.send({ ...REQUEST, amountSat: 294n });
});
