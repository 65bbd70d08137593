import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChannelState } from '../../../../../src/cln/channel-states.js';
import type { Transaction } from '../../../../../src/embedded/bitcoin/transaction.js';
import { Acceptance } from '../../../../../src/embedded/node/channels/acceptance.js';
import { Closing, type ClosingParts } from '../../../../../src/embedded/node/channels/closing.js';
import { NeverFunded } from '../../../../../src/embedded/node/channels/never-funded.js';
import { Policy } from '../../../../../src/embedded/node/channels/policy.js';
import { Channels } from '../../../../../src/embedded/node/channels/record.js';
import { ChannelViews } from '../../../../../src/embedded/node/channels/view.js';
import { Waiters } from '../../../../../src/embedded/node/waiters.js';
import { BitcoinRpcError } from '../../../../../src/rpc/bitcoind.js';
import { Bench, liveChannel } from '../support.js';

const PEER = `02${'ab'.repeat(32)}`;
const FUNDING = 'f0'.repeat(32);
const NAME = { channelId: 'c1', peerId: PEER };
const TRANSACTION: Transaction = {
  txid: 'c0'.repeat(32),
  raw: Buffer.alloc(1),
  inputs: [{ txid: FUNDING, vout: 0 }],
  outputs: [],
};

let bench: Bench;
let channels: Channels;
beforeEach(async () => {
  bench = new Bench();
  channels = new Channels(bench);
  await bench.turns.turn((tx) =>
    channels.onPending(
      tx,
      { ...NAME, temporaryId: 't1', fundingTxid: FUNDING, fundingOutnum: 0, typeBits: [12] },
      liveChannel({ isOutbound: false }),
      { pushedMsat: 0, minimumDepth: undefined },
    ),
  );
});
afterEach(() => bench[Symbol.dispose]());

const moveTo = (state: ChannelState): Promise<void> =>
  bench.turns.turn((tx) => channels.moveTo(tx, 'c1', state, 'unknown', ''));

describe('closing', () => {
  let changes: Waiters;
  let ldk: {
    close: ReturnType<typeof vi.fn<ClosingParts['ldk']['close']>>;
    forceClose: ReturnType<typeof vi.fn<ClosingParts['ldk']['forceClose']>>;
  };
  let closing: Closing;
  const sent = vi.fn(async () => undefined);
  beforeEach(() => {
    changes = new Waiters();
    ldk = { close: vi.fn(() => undefined), forceClose: vi.fn(() => undefined) };
    closing = new Closing({ turn: bench.turns.turn, log: bench.log, ldk, channels, changes, sent });
  });
  const close = (more: object = {}): ReturnType<Closing['close']> =>
    closing.close({ channelId: 'c1', unilateralAfterMs: 0, destination: undefined, ...more });
  const begun = (): Promise<void> => vi.waitFor(() => expect(ldk.close).toHaveBeenCalled());

  test('together ends with the transaction that LDK sends', async () => {
    const done = close();
    await begun();
    expect(channels.get('c1')).toMatchObject({ state: 'CHANNELD_SHUTTING_DOWN', closer: 'local', closeCause: 'user' });
    closing.onBroadcast(TRANSACTION);
    await moveTo('CLOSINGD_COMPLETE');
    changes.wake();
    expect(await done).toEqual({ type: 'mutual', transactions: [TRANSACTION] });
    expect(sent).toHaveBeenCalledWith(TRANSACTION.txid);
  });

  test('waits for a peer that is away', async () => {
    ldk.close.mockReturnValueOnce({ refused: 'peer is away', isScript: false });
    const done = close();
    await vi.waitFor(() => expect(ldk.close).toHaveBeenCalledTimes(2));
    await moveTo('CLOSINGD_COMPLETE');
    changes.wake();
    expect((await done).type).toBe('mutual');
    expect(bench.logged).toContain('close: peer is away');
  });

  test('is by force when the time is over', async () => {
    ldk.close.mockReturnValue({ refused: 'peer is away', isScript: false });
    const done = close({ unilateralAfterMs: 1 });
    await vi.waitFor(() =>
      expect(ldk.forceClose).toHaveBeenCalledWith(expect.objectContaining(NAME), expect.any(String)),
    );
    await moveTo('AWAITING_UNILATERAL');
    expect((await done).type).toBe('unilateral');
  });

  test('pays to no script that a peer would refuse', async () => {
    ldk.close.mockReturnValue({ refused: 'not a segwit script', isScript: true });
    await expect(close()).rejects.toMatchObject({ code: 'LIGHTNINGD', message: 'not a segwit script' });
  });

  test('forgets transactions once a block has spent what they spend', async () => {
    closing.onBroadcast(TRANSACTION);
    closing.onSpent([`${FUNDING}:0`]);
    const done = close();
    await begun();
    await moveTo('CLOSINGD_COMPLETE');
    changes.wake();
    expect((await done).transactions).toEqual([]);
  });
});

describe('a channel that a peer wants to open', () => {
  const REQUEST = {
    temporaryId: 't9',
    peerId: PEER,
    fundingMsat: 1,
    pushMsat: 7,
    dustLimitMsat: 1,
    maxHtlcValueInFlightMsat: 1,
    htlcMinimumMsat: 1,
    feeratePerKw: 253,
    toSelfDelay: 6,
    maxAcceptedHtlcs: 30,
    isAnnounced: true,
  };
  const ask = async (answer: object | undefined) => {
    const ldk = { accept: vi.fn(() => undefined), acceptAtOnce: vi.fn(() => undefined), drop: vi.fn(() => undefined) };
    const hooks = { hasHook: () => answer !== undefined, ask: vi.fn(async () => ({ ...answer })) };
    const acceptance = new Acceptance({ turn: bench.turns.turn, log: bench.log, hooks, ldk });
    acceptance.onRequest(REQUEST);
    const calls = (): number => Object.values(ldk).reduce((sum, { mock }) => sum + mock.calls.length, 0);
    await vi.waitFor(() => expect(calls()).toBe(1));
    return { ldk, acceptance };
  };

  test.each([
    [undefined, 'accept'],
    [{ result: 'continue' }, 'accept'],
    [{ result: 'continue', mindepth: 0 }, 'acceptAtOnce'],
    [{ result: 'reject' }, 'drop'],
  ] as const)('is decided by the plugin: %j', async (answer, what) => {
    const { ldk } = await ask(answer);
    expect(ldk[what]).toHaveBeenCalled();
  });

  test('is refused in the plugin’s words', async () => {
    const { ldk } = await ask({ result: 'reject', error_message: 'not today' });
    expect(ldk.drop).toHaveBeenCalledWith({ channelId: 't9', peerId: PEER }, 'not today');
  });

  test('keeps what it pushes until it is one', async () => {
    const { acceptance } = await ask(undefined);
    expect(acceptance.takePushedMsat('t9')).toBe(7);
    expect(acceptance.takePushedMsat('t9')).toBe(0);
  });
});

describe('a channel that its opener ended unfunded', () => {
  let isKnown: boolean;
  let height: number;
  const forgetSpending = vi.fn();
  const rpc = {
    call: async (method: string) => {
      if (method === 'gettxout' || isKnown) return null;
      throw new BitcoinRpcError('getmempoolentry', { code: -5, message: 'not in mempool' });
    },
  };
  let neverFunded: NeverFunded;
  beforeEach(async () => {
    isKnown = false;
    height = 100;
    neverFunded = new NeverFunded({
      turn: bench.turns.turn,
      log: bench.log,
      rpc: rpc as never,
      channels,
      height: () => height,
      forgetSpending,
    });
    await moveTo('AWAITING_UNILATERAL');
  });

  test('is hidden, and shown again when its transaction turns up', async () => {
    neverFunded.look();
    await vi.waitFor(() => expect(channels.records()).toEqual([]));
    isKnown = true;
    neverFunded.look();
    await vi.waitFor(() => expect(channels.records()).toHaveLength(1));
  });

  test('is forgotten after BOLT #2’s 2016 blocks', async () => {
    neverFunded.look();
    await vi.waitFor(() => expect(channels.records()).toEqual([]));
    height += 2016;
    neverFunded.look();
    await vi.waitFor(() => expect(channels.all()).toEqual([]));
    expect(forgetSpending).toHaveBeenCalledWith(expect.anything(), `${FUNDING}:0`);
  });
});

describe('fees', () => {
  const setTerms = vi.fn<() => string | undefined>(() => undefined);
  const policy = (): Policy =>
    new Policy({
      turn: bench.turns.turn,
      views: new ChannelViews({ channels, live: () => [liveChannel({ peerId: PEER })], isConnected: () => true }),
      ldk: { setTerms },
    });

  test.each(['all', 'c1'])('are set for %s, and those that are not given stay', async (which) => {
    const changed = await policy().set(which, { millionths: 3 });
    expect(changed.map(({ channelId }) => channelId)).toEqual(['c1']);
    expect(setTerms).toHaveBeenLastCalledWith(expect.objectContaining(NAME), { millionths: 3 });
  });

  test('are refused in LDK’s words', async () => {
    setTerms.mockReturnValue('no such channel');
    await expect(policy().set('c1', { cltvDelta: 41 })).rejects.toMatchObject({ message: 'no such channel' });
    expect(setTerms).toHaveBeenLastCalledWith(expect.objectContaining(NAME), { cltvDelta: 41 });
    await expect(policy().set('c1', {})).rejects.toMatchObject({ code: 'LIGHTNINGD', message: 'no such channel' });
  });
});
