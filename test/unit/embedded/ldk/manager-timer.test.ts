import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManagerTimer } from '../../../../src/embedded/ldk/manager-timer.js';

const MINUTE_MS = 60_000;
/** A payment hash for each that waits in the one channel. */
let pending: number[];
let isUsable: boolean;
const ticked = vi.fn();
let timer: ManagerTimer;

beforeEach(() => {
  vi.useFakeTimers();
  [pending, isUsable] = [[], true];
  const channel = {
    get_channel_id: () => ({ get_a: () => Uint8Array.of(1) }),
    get_is_usable: () => isUsable,
    get_pending_inbound_htlcs: () => [],
    get_pending_outbound_htlcs: () => pending.map((hash) => ({ get_payment_hash: () => Uint8Array.of(hash) })),
  };
  const manager = { list_channels: () => [channel], timer_tick_occurred: ticked };
  timer = new ManagerTimer(manager as unknown as ConstructorParameters<typeof ManagerTimer>[0], (work) => work());
  ticked.mockClear();
});
afterEach(() => {
  timer.stop();
  vi.useRealTimers();
});

function pay(count: number): void {
  for (let i = 0; i < count; i++) timer.onPayment();
  timer.tickEarly();
}

test('it ticks each minute, and after so many payments, from when a minute goes by anew', () => {
  vi.advanceTimersByTime(MINUTE_MS);
  expect(ticked).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(MINUTE_MS - 1);
  pay(19);
  expect(ticked).toHaveBeenCalledTimes(1);
  pay(1);
  expect(ticked).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(MINUTE_MS - 1);
  expect(ticked).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1);
  expect(ticked).toHaveBeenCalledTimes(3);
});

describe('it never ticks early', () => {
  test('while an HTLC waits that did at the last tick', () => {
    pending = [1, 2];
    pay(20);
    expect(ticked).toHaveBeenCalledTimes(1);
    pending = [2, 3];
    pay(20);
    expect(ticked).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(ticked).toHaveBeenCalledTimes(2);
    pending = [4];
    pay(20);
    expect(ticked).toHaveBeenCalledTimes(3);
  });

  test('while a channel cannot be used: it waits for its peer, or for its transaction', () => {
    isUsable = false;
    pay(20);
    expect(ticked).not.toHaveBeenCalled();
  });

  test('in the minutes that something is given', () => {
    timer.hold(2);
    timer.hold(1);
    vi.advanceTimersByTime(2 * MINUTE_MS - 1);
    ticked.mockClear();
    pay(20);
    expect(ticked).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    ticked.mockClear();
    pay(20);
    expect(ticked).toHaveBeenCalledOnce();
  });
});
