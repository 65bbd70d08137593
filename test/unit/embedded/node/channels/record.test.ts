import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PendingEvent, ClosedEvent } from '../../../../../src/embedded/ldk/event-types.js';
import type { LiveChannel } from '../../../../../src/embedded/ldk/live-channel.js';
import { Channels, type ChannelRecord } from '../../../../../src/embedded/node/channels/record.js';
import { ChannelViews } from '../../../../../src/embedded/node/channels/view.js';
import { Bench, liveChannel } from '../support.js';

const PEER = `02${'ab'.repeat(32)}`;
const FUNDING = 'f0'.repeat(32);
const PENDING: PendingEvent = {
  channelId: 'c1',
  temporaryId: 't1',
  peerId: PEER,
  fundingTxid: FUNDING,
  fundingOutnum: 0,
  typeBits: [12],
};
const CLOSED: ClosedEvent = {
  channelId: 'c1',
  balanceMsat: 400,
  state: 'CLOSINGD_COMPLETE',
  closer: 'remote',
  cause: 'remote',
  message: 'Closing complete',
  whyNotOpened: '',
};

let bench: Bench;
let channels: Channels;
const make = (): Channels => new Channels(bench);
beforeEach(() => {
  bench = new Bench();
  channels = make();
});
afterEach(() => bench[Symbol.dispose]());

const open = (live: Partial<LiveChannel> = {}, pushedMsat = 0): Promise<void> =>
  bench.turns.turn((tx) =>
    channels.onPending(tx, PENDING, liveChannel({ capacityMsat: 1000, ...live }), {
      pushedMsat,
      minimumDepth: undefined,
    }),
  );
const record = (): ChannelRecord => channels.get('c1')!;
const topics = (): string[] => bench.told.map(({ topic }) => topic);

describe('a channel', () => {
  test('that we open begins with all of it ours, but what we push', async () => {
    await open({}, 100);
    expect(record()).toMatchObject({
      opener: 'local',
      state: 'CHANNELD_AWAITING_LOCKIN',
      toUsMsat: 900,
      minToUsMsat: 900,
      maxToUsMsat: 900,
    });
    expect(topics()).toEqual(['channel_state_changed']);
    await bench.turns.turn((tx) => channels.onReady(tx, 'c1', liveChannel({ shortChannelId: '1x1x0' })));
    expect(record()).toMatchObject({ state: 'CHANNELD_NORMAL', shortChannelId: '1x1x0' });
    expect(bench.told.at(-1)).toMatchObject({ topic: 'channel_opened', payload: { channel_ready: true } });
  });

  test('that a peer opens is told of at once', async () => {
    await open({ isOutbound: false }, 100);
    expect(record()).toMatchObject({ opener: 'remote', toUsMsat: 100 });
    expect(bench.told.at(-1)).toMatchObject({ topic: 'channel_opened', payload: { channel_ready: false } });
  });

  test('knows the least and the most that ever was ours, after a restart too', async () => {
    await open();
    for (const change of [-600, 250, -100, 400]) await bench.turns.turn((tx) => channels.onMoved(tx, 'c1', change));
    bench.reopen();
    channels = make();
    expect(record()).toMatchObject({ toUsMsat: 950, minToUsMsat: 400, maxToUsMsat: 1000 });
  });

  test('closes, is seen on the chain, and is forgotten when it is deep', async () => {
    await open();
    await bench.turns.turn((tx) => channels.onClosed(tx, CLOSED));
    expect(record()).toMatchObject({ state: 'CLOSINGD_COMPLETE', closer: 'remote', toUsMsat: 400 });
    expect(channels.peers()).toEqual([PEER]);
    await bench.turns.turn((tx) => channels.onMoved(tx, 'c1', -100)); // it has its last word
    expect(record().toUsMsat).toBe(400);
    const spends = new Map([[`${FUNDING}:0`, 'closing']]);
    await bench.turns.turn((tx) => channels.onBlock(tx, 10, spends));
    expect(record()).toMatchObject({ state: 'ONCHAIN', closingTxid: 'closing', spentHeight: 10 });
    expect(channels.peers()).toEqual([]);
    await bench.turns.turn((tx) => channels.onBlock(tx, 109, new Map()));
    expect(record().state).toBe('ONCHAIN');
    await bench.turns.turn((tx) => channels.onBlock(tx, 110, new Map()));
    expect(record().state).toBe('CLOSED');
  });

  test('is not on the chain any more when its block is taken back', async () => {
    await open();
    await bench.turns.turn((tx) => channels.onBlock(tx, 10, new Map([[`${FUNDING}:0`, 'closing']])));
    await bench.turns.turn((tx) => channels.onBlockLost(tx, 10));
    expect(record()).toMatchObject({ state: 'AWAITING_UNILATERAL' });
    expect(record()?.spentHeight).toBeUndefined();
  });

  test('that we were closing stays ours to have closed', async () => {
    await open();
    await bench.turns.turn((tx) => channels.update(tx, 'c1', { closeCause: 'user', closer: 'local' }));
    await bench.turns.turn((tx) => channels.onClosed(tx, CLOSED));
    expect(record()).toMatchObject({ closer: 'local', closeCause: 'user' });
  });

  test('that is hidden is not shown, but there', async () => {
    await open();
    await bench.turns.turn((tx) => channels.update(tx, 'c1', { hiddenSince: 5 }));
    expect(channels.records()).toEqual([]);
    expect(channels.all()).toHaveLength(1);
  });
});

describe('the view', () => {
  let live: LiveChannel[];
  const views = (): ChannelViews => new ChannelViews({ channels, live: () => live, isConnected: (id) => id === PEER });
  beforeEach(async () => {
    live = [];
    await open();
  });

  test('has what LDK knows now, in the names that the record has too', () => {
    live = [
      liveChannel({
        state: 'CHANNELD_SHUTTING_DOWN',
        toUsMsat: 300,
        shortChannelId: '1x1x0',
        aliasLocal: '2x2x2',
        aliasRemote: '3x3x3',
      }),
    ];
    expect(views().list()).toMatchObject([
      {
        channelId: 'c1',
        state: 'CHANNELD_SHUTTING_DOWN',
        toUsMsat: 300,
        minToUsMsat: 300,
        maxToUsMsat: 1000,
        shortChannelId: '1x1x0',
        aliasLocal: '2x2x2',
        aliasRemote: '3x3x3',
        isConnected: true,
      },
    ]);
  });

  test('has what was remembered once LDK has forgotten', async () => {
    await bench.turns.turn((tx) =>
      channels.onReady(tx, 'c1', liveChannel({ aliasLocal: '2x2x2', aliasRemote: '3x3x3' })),
    );
    expect(views().list()).toMatchObject([{ aliasLocal: '2x2x2', aliasRemote: '3x3x3', live: undefined }]);
  });

  test.each(['c1', PEER, '1x1x0', '2x2x2'])('finds a channel by %s', (name) => {
    live = [liveChannel({ shortChannelId: '1x1x0', aliasLocal: '2x2x2' })];
    expect(views().find(name).channelId).toBe('c1');
  });

  test('finds only one, and only what LDK still has', async () => {
    expect(() => views().find('c1')).toThrow('Could not find peer or active channel "c1"');
    expect(() => views().find(PEER)).toThrow('Peer has no active channel');
    const second = { ...PENDING, channelId: 'c2' };
    await bench.turns.turn((tx) =>
      channels.onPending(tx, second, liveChannel({}), { pushedMsat: 0, minimumDepth: undefined }),
    );
    live = [liveChannel({}), liveChannel({ channelId: 'c2' })];
    expect(() => views().find(PEER)).toThrow('Peer has multiple channels');
  });
});
