import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NodeAnnouncement } from '../../../../../src/embedded/ldk/announcing.js';
import type { LiveChannel } from '../../../../../src/embedded/ldk/live-channel.js';
import type { TappedSignatures } from '../../../../../src/embedded/ldk/log-taps.js';
import type { ChannelRecord } from '../../../../../src/embedded/node/channels/record.js';
import { Announcer } from '../../../../../src/embedded/node/peers/announcer.js';
import { Bench, liveChannel } from '../support.js';

const PEER = `02${'ab'.repeat(32)}`;
const UPDATE = Uint8Array.of(1);
const OWN = Uint8Array.of(2);
const SIGNATURES: TappedSignatures = {
  channelId: 'c1',
  shortChannelId: 1n,
  nodeSignature: Buffer.alloc(64, 1),
  bitcoinSignature: Buffer.alloc(64, 2),
};

let bench: Bench;
let live: LiveChannel[];
let record: ChannelRecord;
let isConnected: boolean;
/** What the gossip knows. */
let graph: { channels: number; update: Uint8Array | undefined; own: Uint8Array | undefined };
let announced: NodeAnnouncement[];
let given: unknown[];
let messages: unknown[];
let announcer: Announcer;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  bench = new Bench();
  live = [liveChannel({ confirmations: 6 })];
  record = { channelId: 'c1', peerId: PEER, shortChannelId: '1x1x0', state: 'CHANNELD_NORMAL' } as ChannelRecord;
  isConnected = true;
  graph = { channels: 0, update: undefined, own: undefined };
  announced = [];
  given = [];
  messages = [];
  announcer = new Announcer({
    turn: bench.turns.turn,
    identity: { id: '02', alias: 'l1', color: '0000ff' },
    options: { list: () => ['127.0.0.1:9735', '[::1]:9735', '/a/socket'] },
    channels: { get: (id) => (id === record.channelId ? record : undefined), records: () => [record] },
    live: () => live,
    graph: {
      channelCount: () => graph.channels,
      updateMessage: () => graph.update,
      announcementMessage: () => graph.own,
    },
    isConnected: () => isConnected,
    announceNode: (announcement) => announced.push(announcement),
    giveSignatures: (peerId, signatures) => given.push([peerId, signatures]),
    message: (peerId, type, content) => messages.push([peerId, type, content]),
  });
});
afterEach(() => {
  announcer.stop();
  vi.useRealTimers();
  bench[Symbol.dispose]();
});

const ready = (): Promise<void> => bench.turns.turn((tx) => announcer.onReady(tx, 'c1'));

describe('signatures that came before the channel was ready', () => {
  beforeEach(() => (record = { ...record, state: 'CHANNELD_AWAITING_LOCKIN' }));

  test('are given to LDK again once it is, and once only', async () => {
    announcer.keep(PEER, SIGNATURES);
    expect(given).toEqual([]);
    await ready();
    expect(given).toEqual([[PEER, SIGNATURES]]);
    await ready();
    expect(given).toHaveLength(1);
  });

  test('are the last ones that came', async () => {
    announcer.keep(PEER, { ...SIGNATURES, shortChannelId: 9n });
    announcer.keep(PEER, SIGNATURES);
    await ready();
    expect(given).toEqual([[PEER, SIGNATURES]]);
  });

  test('are of no use for another channel', async () => {
    announcer.keep(PEER, { ...SIGNATURES, channelId: 'c2' });
    await bench.turns.turn((tx) => announcer.onReady(tx, 'c2'));
    expect(given).toEqual([]);
  });
});

test.each([
  ['the one that it has', '1x1x1', true],
  ['another', '1x2x1', false],
  ['none is known yet', undefined, true],
])('whether LDK may take signatures is a matter of the place: %s', (_what, shortChannelId, taken) => {
  record = { ...record, shortChannelId };
  const place = (1n << 40n) | (1n << 16n) | 1n;
  expect(announcer.keep(PEER, { ...SIGNATURES, shortChannelId: place })).toBe(taken);
});

test('signatures that LDK took itself are not kept', async () => {
  announcer.keep(PEER, SIGNATURES);
  await ready();
  expect(given).toEqual([]);
});

describe('a channel six blocks deep', () => {
  test('makes the node known, once for each channel more that the gossip has', async () => {
    graph.channels = 1;
    announcer.soon();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(announced).toEqual([{ color: '0000ff', alias: 'l1', addresses: [{ ipv4: '127.0.0.1', port: 9735 }] }]);
    graph.channels = 2;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(announced).toHaveLength(2);
  });

  test('has its peer told our side and who we are, as soon as there is something to tell', async () => {
    announcer.soon();
    await vi.advanceTimersByTimeAsync(300);
    expect(messages).toEqual([]);
    graph = { channels: 1, update: UPDATE, own: undefined };
    await vi.advanceTimersByTimeAsync(700);
    expect(messages).toEqual([[PEER, 258, UPDATE]]);
    graph.own = OWN;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(messages.slice(1)).toEqual([
      [PEER, 258, UPDATE],
      [PEER, 257, OWN],
    ]);
  });

  test.each([
    ['that is away', () => (isConnected = false)],
    ['whose channel closes', () => (record = { ...record, state: 'CHANNELD_SHUTTING_DOWN' })],
    ['whose channel has no number', () => (record = { ...record, shortChannelId: undefined })],
  ])('has nothing told to a peer %s', async (_what, change) => {
    graph = { channels: 1, update: UPDATE, own: OWN };
    change();
    announcer.soon();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messages).toEqual([]);
  });

  test('is told seven times within a minute, and then known for told', async () => {
    graph = { channels: 1, update: UPDATE, own: undefined };
    announcer.soon();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messages).toHaveLength(7);
    announcer.soon();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(messages).toHaveLength(7);
  });

  test('is told anew when it was gone in between', async () => {
    graph = { channels: 1, update: UPDATE, own: undefined };
    announcer.soon();
    await vi.advanceTimersByTimeAsync(60_000);
    const channels = live;
    live = [liveChannel({ channelId: 'c2', confirmations: 6 })]; // c1 has closed
    announcer.soon();
    await vi.advanceTimersByTimeAsync(60_000);
    messages = [];
    live = channels;
    announcer.soon();
    await vi.advanceTimersByTimeAsync(300);
    expect(messages).toHaveLength(1);
  });

  test('has nothing told any more when the node stops', async () => {
    graph = { channels: 1, update: UPDATE, own: OWN };
    announcer.soon();
    announcer.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([...messages, ...announced]).toEqual([]);
  });
});

test.each([
  ['is not deep enough', { confirmations: 5 }],
  ['is private', { confirmations: 6, isAnnounced: false }],
  ['is not ready', { confirmations: 6, isReady: false }],
])('nothing is said of a channel that %s', async (_what, channel) => {
  live = [liveChannel(channel)];
  graph = { channels: 1, update: UPDATE, own: OWN };
  announcer.soon();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([...messages, ...announced]).toEqual([]);
});
