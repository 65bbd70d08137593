import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CoinMovements } from '../../../../../src/embedded/node/payments/coin-movements.js';
import { Forwards } from '../../../../../src/embedded/node/payments/forwards.js';
import { Sending, type PaymentRequest } from '../../../../../src/embedded/node/payments/sending.js';
import { Bench, liveChannel } from '../support.js';

const PREIMAGE = 'aa'.repeat(32);
const HASH = 'bb'.repeat(32);

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench[Symbol.dispose]());
const topics = (): string[] => bench.told.map(({ topic }) => topic);

describe('sending', () => {
  const REQUEST: PaymentRequest = { paymentHash: HASH, destination: '02', amountMsat: 1000n };
  const ldk = { abandon: vi.fn(), isKnown: vi.fn(() => true) };
  const paid = vi.fn();
  let sending: Sending;
  const make = (): Sending =>
    new Sending({
      store: bench.store,
      turn: bench.turns.turn,
      tell: bench.tell,
      ldk,
      live: () => [liveChannel({ outboundMsat: 500n })],
      paid,
    });
  beforeEach(() => {
    vi.clearAllMocks();
    sending = make();
  });
  const send = vi.fn<() => 'noRoute' | { other: string } | undefined>(() => undefined);
  const sent = (): Promise<void> =>
    bench.turns.turn((tx) => sending.onSent(tx, { type: 'sent', paymentHash: HASH, preimage: PREIMAGE, feeMsat: 3 }));

  test('a payment is complete once it is on disk, and is told again when it is asked for again', async () => {
    const [first, second] = [sending.pay(REQUEST, send, 60_000), sending.pay(REQUEST, send, 60_000)];
    await bench.turns.turn((tx) => sending.onPathSuccessful(tx, HASH));
    await sent();
    const complete = { status: 'complete', preimage: PREIMAGE, sentMsat: 1003, parts: 1 };
    expect(await first).toMatchObject(complete);
    expect(await second).toMatchObject(complete);
    expect(await sending.pay(REQUEST, send, 60_000)).toMatchObject(complete);
    expect(send).toHaveBeenCalledOnce();
    expect(topics()).toEqual(['sendpay_success']);
    bench.reopen();
    sending = make();
    expect(sending.get(HASH)).toMatchObject(complete);
  });

  test.each([
    ['noRoute', 'PAY_ROUTE_NOT_FOUND', 'Our channels can send only 500msat of 1000msat.'],
    [{ other: 'DuplicatePayment' }, 'PAY_UNSPECIFIED_ERROR', 'Failed: DuplicatePayment'],
  ] as const)('LDK’s refusal %j has Core Lightning’s code', async (refused, code, message) => {
    send.mockReturnValueOnce(refused);
    await expect(sending.pay(REQUEST, send, 60_000)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
    expect(sending.get(HASH)?.status).toBe('failed');
  });

  test.each([
    ['rejected', 'PAY_DESTINATION_PERM_FAIL', /WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS/],
    ['abandoned', 'PAY_STOPPED_RETRYING', /retry_for/],
    ['noRoute', 'PAY_UNSPECIFIED_ERROR', /Failed after 1 attempts: a path failed at channel 1x2x3\. We could/],
    [{ other: 'RetriesExhausted' }, 'PAY_UNSPECIFIED_ERROR', /a path failed at channel 1x2x3 \(RetriesExhausted\)/],
  ] as const)('a payment that failed as %j says so', async (reason, code, message) => {
    const failed = expect(sending.pay(REQUEST, send, 60_000)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    await bench.turns.turn((tx) => {
      sending.onPathFailed(tx, { type: 'pathFailed', paymentHash: HASH, hops: [], shortChannelId: '1x2x3' });
      sending.onFailed(tx, { type: 'paymentFailed', paymentHash: HASH, reason });
    });
    await failed;
    expect(bench.told.at(-1)).toMatchObject({ topic: 'sendpay_failure', payload: { data: { status: 'failed' } } });
  });

  test('it is given up when its time is over, also where LDK has never known it', async () => {
    ldk.isKnown.mockReturnValueOnce(false);
    await expect(sending.pay(REQUEST, send, 1)).rejects.toMatchObject({ code: 'PAY_STOPPED_RETRYING' });
    expect(ldk.abandon).toHaveBeenCalledWith(HASH);
  });

  test('what failed can be tried again, as another group', async () => {
    send.mockReturnValueOnce('noRoute');
    await expect(sending.pay(REQUEST, send, 60_000)).rejects.toThrow();
    const again = sending.pay(REQUEST, send, 60_000);
    await sent();
    expect(await again).toMatchObject({ groupId: 2, createdIndex: 2, status: 'complete' });
    await sending.delete(HASH);
    expect([sending.list(), sending.indexes.deleted]).toEqual([[], 1]);
  });

  test('an invoice of ours is paid without LDK, or refused', async () => {
    await expect(sending.payOurselves(REQUEST, async () => undefined)).rejects.toMatchObject({
      code: 'PAY_DESTINATION_PERM_FAIL',
    });
    expect(await sending.payOurselves(REQUEST, async () => PREIMAGE)).toMatchObject({ status: 'complete' });
    expect(paid).toHaveBeenCalledWith(expect.anything(), HASH, 1000);
  });
});

test('forwards are counted and told of, by the channels’ short ids', async () => {
  const channels = { get: (id: string) => ({ shortChannelId: `${id}x1x0` }) as never };
  const make = (): Forwards => new Forwards({ store: bench.store, tell: bench.tell, channels, live: () => [] });
  let forwards = make();
  await bench.turns.turn((tx) => {
    forwards.onForwarded(tx, { from: '1', to: '2', feeMsat: 5, outMsat: 100 });
    forwards.onFailed(tx, { from: '1', to: '2', asked: undefined });
    forwards.onFailed(tx, { from: undefined, to: undefined, asked: '9x9x9' });
  });
  bench.reopen();
  forwards = make();
  expect(forwards.list()).toMatchObject([
    { createdIndex: 1, inChannel: '1x1x0', outChannel: '2x1x0', inMsat: 105, status: 'settled' },
    { createdIndex: 2, outChannel: '2x1x0', status: 'failed' },
    { createdIndex: 3, inChannel: '0x0x0', outChannel: '9x9x9', status: 'local_failed' },
  ]);
  expect([forwards.feesCollectedMsat, forwards.indexes.created]).toEqual([5, 3]);
  expect(topics()).toEqual(['forward_event', 'forward_event', 'forward_event']);
});

test('money that moves is told of, and changes what is ours', async () => {
  const moves: [string, number][] = [];
  const movements = new CoinMovements({
    store: bench.store,
    tell: bench.tell,
    nodeId: '02',
    live: () => [liveChannel({ channelId: 'c1' }), liveChannel({ channelId: 'c2', outboundPaymentScid: 5n })],
    moved: (_tx, channelId, changeMsat) => moves.push([channelId, changeMsat]),
  });
  await bench.turns.turn((tx) => {
    movements.onClaimed(tx, {
      type: 'claimed',
      paymentHash: HASH,
      amountMsat: 30,
      htlcs: [{ channelId: 'c1', amountMsat: 30 }],
    });
    movements.onPathSuccessful(tx, {
      paymentHash: HASH,
      hops: [
        { nodeId: '02', shortChannelId: 5n, feeMsat: 2 },
        { nodeId: '02', shortChannelId: 6n, feeMsat: 100 },
      ],
    });
    movements.onPathSuccessful(tx, { paymentHash: HASH, hops: [{ nodeId: '02', shortChannelId: 99n, feeMsat: 1 }] });
    movements.onForwarded(tx, { from: 'c1', to: undefined, feeMsat: 1, outMsat: 10 });
  });
  expect(moves).toEqual([
    ['c1', 30],
    ['c2', -102],
    ['c1', 11],
  ]);
  expect(bench.told.map(({ payload }) => payload)).toMatchObject([
    { created_index: 1, credit_msat: 30, primary_tag: 'invoice' },
    { created_index: 2, debit_msat: 102, fees_msat: 2 },
    { created_index: 3, credit_msat: 11, primary_tag: 'routed' },
  ]);
});
