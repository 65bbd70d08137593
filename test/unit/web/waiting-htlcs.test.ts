import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NewHappening } from '../../../src/web/happenings/happening.js';
import { WaitingHtlcs } from '../../../src/web/happenings/waiting-htlcs.js';
import type { ChannelState } from '../../../src/web/state/state.js';

const HTLC = { payment_hash: 'ab'.repeat(32), amount_msat: 24_000, from: 'l1', to: 'l2', state: 'SENT_ADD_HTLC' };
const channelWith = (...htlcs: ChannelState['htlcs']): ChannelState[] => [
  { key: 'key', short_channel_id: '1x1x1', htlcs } as unknown as ChannelState,
];

let told: NewHappening[];
let asked: string[];
let waiting: WaitingHtlcs;
const texts = () => told.map(({ text }) => text);
beforeEach(() => {
  vi.useFakeTimers();
  [told, asked] = [[], []];
  waiting = new WaitingHtlcs({
    onHappening: (happening) => told.push(happening),
    ask: (nodes) => asked.push(...nodes),
  });
});
afterEach(() => {
  waiting.end();
  vi.useRealTimers();
});

test('an HTLC of an ordinary payment is not told, and nobody is asked for it', () => {
  waiting.see(channelWith(HTLC));
  vi.advanceTimersByTime(900);
  waiting.see(channelWith());
  vi.advanceTimersByTime(10_000);
  expect([told, asked]).toEqual([[], []]);
});

test('one that stays is told as it stands by then, whenever that is another, and when it has gone', () => {
  waiting.see(channelWith(HTLC));
  vi.advanceTimersByTime(1_000);
  expect(asked).toEqual(['l1', 'l2']);
  const committed = { ...HTLC, state: 'SENT_ADD_ACK_REVOCATION' };
  waiting.see(channelWith(committed));
  vi.advanceTimersByTime(1_000);
  waiting.see(channelWith(committed));
  vi.advanceTimersByTime(3_000);
  waiting.see(channelWith({ ...HTLC, state: 'RCVD_REMOVE_HTLC' }));
  waiting.see(channelWith());
  const name = 'an HTLC of 24sat from l1 to l2';
  expect(texts()).toEqual([
    `${name} waits (SENT_ADD_ACK_REVOCATION)`,
    `${name} waits (RCVD_REMOVE_HTLC)`,
    `${name} waits no more, after 5 s`,
  ]);
  expect(told[0]).toMatchObject({ node: 'l1', kind: 'htlc', data: { short_channel_id: '1x1x1', htlc: committed } });
  vi.advanceTimersByTime(10_000);
  expect([asked.length, told.length]).toEqual([2, 3]);
});
