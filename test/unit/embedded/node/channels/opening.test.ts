import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Transaction } from '../../../../../src/embedded/bitcoin/transaction.js';
import { InsufficientFundsError, type Funded } from '../../../../../src/embedded/chain/wallet.js';
import type { PendingEvent } from '../../../../../src/embedded/ldk/event-types.js';
import { Opening, type FundingRequest, type OpeningParts } from '../../../../../src/embedded/node/channels/opening.js';
import { Bench } from '../support.js';

const PEER = `02${'ab'.repeat(32)}`;
const REQUEST: FundingRequest = {
  peerId: PEER,
  amountSat: 100_000n,
  feeratePerKw: 253,
  announce: true,
  minconf: 1,
  pushMsat: 0n,
  minimumDepth: undefined,
  utxos: undefined,
};
const FUNDED: Funded = { unsignedHex: '', feeSat: 1n, inputs: [], amountSat: 100_000n };
const TRANSACTION: Transaction = { txid: 'f0'.repeat(32), raw: Buffer.alloc(1), inputs: [], outputs: [] };
const PENDING: PendingEvent = {
  channelId: 'c1',
  temporaryId: 't1',
  peerId: PEER,
  fundingTxid: TRANSACTION.txid,
  fundingOutnum: 0,
  typeBits: [12],
};

const sent = vi.fn<(txid: string) => Promise<string | undefined>>(async () => undefined);
let bench: Bench;
let parts: OpeningParts;
let opening: Opening;
beforeEach(() => {
  bench = new Bench();
  parts = {
    turn: bench.turns.turn,
    log: bench.log,
    tell: bench.tell,
    wallet: {
      fund: vi.fn(async () => FUNDED),
      sign: vi.fn(async () => TRANSACTION),
      release: vi.fn(async () => {}),
      utxos: vi.fn(async () => []),
    },
    ldk: {
      temporaryId: () => 't1',
      create: vi.fn(() => undefined),
      fund: vi.fn(() => ({ channelId: 'c1' })),
      drop: vi.fn(() => undefined),
    },
    channels: { forget: vi.fn() },
    transactions: { forget: vi.fn(), sent },
  };
  opening = new Opening(parts);
});
afterEach(() => bench[Symbol.dispose]());

const created = (): Promise<void> => vi.waitFor(() => expect(parts.ldk.create).toHaveBeenCalled());
const signed = (): Promise<void> => vi.waitFor(() => expect(parts.ldk.fund).toHaveBeenCalled());
/** Goes through an opening as LDK does. */
async function goThrough(): Promise<void> {
  await created();
  opening.onFundingWanted('t1', new Uint8Array(34));
  await signed();
  await bench.turns.turn((tx) => opening.onPending(tx, PENDING));
}

test('a channel is opened when its transaction is with bitcoind', async () => {
  const done = opening.open(REQUEST);
  await goThrough();
  expect(await done).toEqual({ channelId: 'c1', transaction: TRANSACTION, outnum: 0 });
  expect(parts.wallet.release).not.toHaveBeenCalled();
});

describe('it is given up, and the coins are let go', () => {
  afterEach(() => expect(parts.wallet.release).toHaveBeenCalledWith(FUNDED));

  test('where LDK refuses', async () => {
    parts.ldk.create = () => 'no such peer';
    await expect(opening.open(REQUEST)).rejects.toMatchObject({ code: 'LIGHTNINGD', message: 'no such peer' });
    expect(bench.told).toEqual([{ topic: 'channel_open_failed', payload: { channel_id: 't1' } }]);
  });

  test('where the peer refuses', async () => {
    const done = opening.open(REQUEST);
    const failed = expect(done).rejects.toThrow('They sent error: too small');
    await created();
    await bench.turns.turn((tx) =>
      opening.onClosed(tx, {
        channelId: 't1',
        balanceMsat: undefined,
        state: 'AWAITING_UNILATERAL',
        closer: 'remote',
        cause: 'remote',
        message: '',
        whyNotOpened: 'They sent error: too small',
      }),
    );
    await failed;
  });

  test('where the peer goes away, so that LDK does not go on when it is back', async () => {
    const failed = expect(opening.open(REQUEST)).rejects.toThrow('Disconnected during opening');
    await created();
    await bench.turns.turn((tx) => opening.onDisconnected(tx, `03${'cd'.repeat(32)}`));
    expect(parts.ldk.drop).not.toHaveBeenCalled();
    await bench.turns.turn((tx) => opening.onDisconnected(tx, PEER));
    await failed;
    expect(parts.ldk.drop).toHaveBeenCalledWith({ channelId: 't1', peerId: PEER }, expect.any(String));
  });

  test('where the transaction cannot be signed', async () => {
    parts.wallet.sign = async () => {
      throw new Error('bitcoind is away');
    };
    const failed = expect(opening.open(REQUEST)).rejects.toThrow('bitcoind is away');
    await created();
    opening.onFundingWanted('t1', new Uint8Array(34));
    await failed;
  });

  test('where bitcoind refuses the transaction: nothing of it is sent later', async () => {
    sent.mockResolvedValueOnce('min relay fee not met');
    const failed = expect(opening.open(REQUEST)).rejects.toMatchObject({
      code: 'FUNDING_BROADCAST_FAIL',
      message: 'Error broadcasting funding transaction: min relay fee not met',
    });
    await goThrough();
    await failed;
    expect(parts.transactions.forget).toHaveBeenCalledWith(expect.anything(), TRANSACTION);
    expect(parts.channels.forget).toHaveBeenCalledWith(expect.anything(), 'c1');
    expect(parts.ldk.drop).toHaveBeenCalledWith({ channelId: 'c1', peerId: PEER }, expect.any(String));
  });

  test('where more is pushed than there is', async () => {
    await expect(opening.open({ ...REQUEST, pushMsat: 100_000_001n })).rejects.toMatchObject({
      code: 'FUND_CANNOT_AFFORD',
    });
  });
});

test('dust is refused before any coin is chosen', async () => {
  await expect(opening.open({ ...REQUEST, amountSat: 999n })).rejects.toMatchObject({
    code: 'FUND_OUTPUT_IS_DUST',
    message: 'Output 999 satoshis would be dust',
  });
  expect(parts.wallet.fund).not.toHaveBeenCalled();
});

test('what is missing is told', async () => {
  parts.wallet.fund = async () => {
    throw new InsufficientFundsError('Insufficient funds');
  };
  const coin = { txid: '', vout: 0, script: '', address: undefined };
  parts.wallet.utxos = async () => [
    { ...coin, valueSat: 40_000n, confirmations: 1, reserved: false },
    { ...coin, valueSat: 50_000n, confirmations: 1, reserved: true },
    { ...coin, valueSat: 60_000n, confirmations: 0, reserved: false },
  ];
  await expect(opening.open(REQUEST)).rejects.toMatchObject({
    code: 'FUND_CANNOT_AFFORD',
    message: 'Could not afford 100000sat using all 1 available UTXOs: 60000sat short',
  });
  parts.wallet.utxos = async () => [];
  await expect(opening.open({ ...REQUEST, amountSat: 'all' })).rejects.toThrow(
    'Could not afford all using all 0 available UTXOs: 0sat short',
  );
});
