import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Transaction } from '../../../../src/embedded/bitcoin/transaction.js';
import { Outbox } from '../../../../src/embedded/chain/outbox.js';
import { Bench } from '../node/support.js';
import { blockOf, spending } from './support.js';

const A = `${'aa'.repeat(32)}:0`;
const FIRST = spending([A]);

let bench: Bench;
let outbox: Outbox;
let order: string[];
let refusal: string | undefined;
beforeEach(() => {
  bench = new Bench();
  order = [];
  refusal = undefined;
  outbox = new Outbox({
    keep: (tx, { txid }) => {
      order.push('kept');
      tx.put(txid, Uint8Array.of(1));
    },
    send: ({ txid }) => {
      order.push(bench.store.dirty || !bench.store.get(txid) ? 'sent too early' : 'sent');
      return Promise.resolve(refusal);
    },
  });
});
afterEach(() => bench[Symbol.dispose]());

const send = (transaction: Transaction): Promise<void> => bench.turns.turn((tx) => outbox.send(tx, transaction));

test('a transaction is sent once it is kept on disk', async () => {
  await send(FIRST);
  expect(order).toEqual(['kept', 'sent']);
  expect(await outbox.sent(FIRST.txid)).toBeUndefined();
});

test('what becomes of it can be waited for, as soon as the turn has taken it', async () => {
  refusal = 'missing inputs';
  const [, answer] = await bench.turns.turn((tx) => [outbox.send(tx, FIRST), outbox.sent(FIRST.txid)]);
  expect(await answer).toBe('missing inputs');
  expect(await outbox.sent(FIRST.txid)).toBe('missing inputs');
});

test('LDK’s raw transactions are read and sent', async () => {
  const taken = await bench.turns.turn((tx) => outbox.take(tx, [FIRST.raw]));
  expect(taken).toEqual([FIRST]);
  expect(order).toEqual(['kept', 'sent']);
});

test.each([
  ['the transaction itself', FIRST],
  ['another that spends the same', spending([A], 7n)],
])('a block with %s settles it', async (_what, mined) => {
  refusal = 'no';
  await send(FIRST);
  outbox.confirmed(blockOf(spending([`${'bb'.repeat(32)}:0`])));
  expect(await outbox.sent(FIRST.txid)).toBe('no');
  outbox.confirmed(blockOf(mined));
  expect(await outbox.sent(FIRST.txid)).toBeUndefined();
});
