import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Transaction } from '../../../../src/embedded/bitcoin/transaction.js';
import { Broadcaster } from '../../../../src/embedded/chain/broadcaster.js';
import { BitcoindRpc, BITCOIN_CODE } from '../../../../src/rpc/bitcoind.js';
import { FakeBitcoind, type BitcoindAnswer } from '../../../fakes/bitcoind-http.js';
import { Bench } from '../node/support.js';
import { blockOf, spending } from './support.js';

const A = `${'aa'.repeat(32)}:0`;
const B = `${'bb'.repeat(32)}:1`;
const FIRST = spending([A]);
const SECOND = spending([B]);

let bench: Bench;
let rpc: BitcoindRpc;
let broadcaster: Broadcaster;
let answer: (hex: string) => BitcoindAnswer;
const bitcoind = new FakeBitcoind(({ params }) => answer(params[0] as string));
beforeEach(async () => {
  bench = new Bench();
  bitcoind.calls.length = 0;
  await bitcoind.listen();
  rpc = new BitcoindRpc({ host: '127.0.0.1', port: bitcoind.port, auth: { user: 'u', password: 'p' } });
  answer = () => ({ result: 'txid' });
  broadcaster = new Broadcaster(rpc, bench.store, bench.log);
});
afterEach(async () => {
  rpc.close();
  await bitcoind.close();
  bench[Symbol.dispose]();
});

const keep = (...transactions: Transaction[]): Promise<void> =>
  bench.turns.turn((tx) => transactions.forEach((transaction) => broadcaster.keep(tx, transaction)));
const sent = (): string[] => bitcoind.calls.map(({ params }) => params[0] as string);
const hexOf = ({ raw }: Transaction): string => raw.toString('hex');

describe('what is kept', () => {
  test('is sent again and again, after a restart too, until a block has it', async () => {
    await keep(FIRST, SECOND);
    await broadcaster.resend();
    bench.reopen();
    broadcaster = new Broadcaster(rpc, bench.store, bench.log);
    await broadcaster.resend();
    expect(sent()).toEqual([FIRST, SECOND, FIRST, SECOND].map(hexOf));
    await bench.turns.turn((tx) => broadcaster.confirmed(tx, blockOf(FIRST)));
    await broadcaster.resend();
    expect(sent().slice(4)).toEqual([hexOf(SECOND)]);
  });

  test('is of no use once another transaction has spent the same', async () => {
    await keep(FIRST, SECOND);
    await bench.turns.turn((tx) => broadcaster.confirmed(tx, blockOf(spending([A], 7n))));
    expect(broadcaster.spends()).toEqual(new Set([B]));
  });

  test('can be dropped, by itself or by what it spends', async () => {
    await keep(FIRST, SECOND);
    await bench.turns.turn((tx) => broadcaster.forget(tx, FIRST));
    expect(broadcaster.spends()).toEqual(new Set([B]));
    await bench.turns.turn((tx) => broadcaster.forgetSpending(tx, A));
    expect(broadcaster.spends()).toEqual(new Set([B]));
    await bench.turns.turn((tx) => broadcaster.forgetSpending(tx, B));
    expect(broadcaster.spends()).toEqual(new Set());
  });

  test('may be dropped while it is sent', async () => {
    await keep(FIRST, SECOND);
    answer = () => {
      bench.turns.run((tx) => broadcaster.confirmed(tx, blockOf(SECOND)));
      return { result: 'txid' };
    };
    await broadcaster.resend();
    expect(sent()).toEqual([hexOf(FIRST)]);
  });
});

describe('a transaction that is sent', () => {
  test('is fine when bitcoind takes it', async () => {
    expect(await broadcaster.send(FIRST)).toBeUndefined();
    expect(bitcoind.calls).toMatchObject([{ method: 'sendrawtransaction', params: [hexOf(FIRST), 0] }]);
  });

  test('is refused in bitcoind’s words', async () => {
    answer = () => ({ error: { code: -26, message: 'min relay fee not met' } });
    expect(await broadcaster.send(FIRST)).toContain('min relay fee not met');
  });

  test.each(['VERIFY_ALREADY_IN_UTXO_SET', 'IN_WARMUP'] as const)('is not refused by %s', async (name) => {
    answer = () => ({ error: { code: BITCOIN_CODE[name], message: 'later' } });
    expect(await broadcaster.send(FIRST)).toBeUndefined();
  });

  test('is not refused by a bitcoind that is away: it is sent when it is back', async () => {
    await keep(FIRST);
    await bitcoind.close();
    expect(await broadcaster.send(FIRST)).toBeUndefined();
    await bitcoind.listen();
    await broadcaster.resend();
    expect(sent()).toEqual([hexOf(FIRST)]);
  });
});
