import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Peer } from '../../../../../src/embedded/node/peers/peers.js';
import { Reconnector } from '../../../../../src/embedded/node/peers/reconnector.js';
import { Bench } from '../support.js';

const PEER = `02${'ab'.repeat(32)}`;
const ADDRESS = { host: '127.0.0.1', port: 19846 };

let bench: Bench;
/** The peers that it is worth to be connected to. */
let wanted: string[];
let connected: Map<string, Peer>;
/** When each attempt was made, in ms since the test began. */
let attempts: number[];
let began: number;
let isUp: boolean;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  bench = new Bench();
  wanted = [PEER];
  connected = new Map();
  attempts = [];
  began = Date.now();
  isUp = false;
});
afterEach(() => {
  vi.useRealTimers();
  bench[Symbol.dispose]();
});

const make = (isOff = false): Reconnector =>
  new Reconnector({
    store: bench.store,
    turn: bench.turns.turn,
    log: bench.log,
    wanted: () => wanted,
    isOff,
    peers: {
      get: (id) => connected.get(id),
      connect: (id, address) => {
        attempts.push(Date.now() - began);
        if (!isUp) return Promise.reject(new Error('Connection refused'));
        const peer: Peer = { id, address, direction: 'out', features: '' };
        connected.set(id, peer);
        return Promise.resolve(peer);
      },
    },
  });
const made = async (isOff = false): Promise<Reconnector> => {
  const reconnector = make(isOff);
  await reconnector.remember(PEER, ADDRESS);
  return reconnector;
};

test('where a peer was found is known after a restart', async () => {
  await made();
  bench.reopen();
  expect(make().addressOf(PEER)).toEqual(ADDRESS);
  expect(make().addressOf('03')).toBeUndefined();
});

describe('a peer that was lost', () => {
  test('is tried after longer and longer pauses, 5 s at most, until it is back', async () => {
    const reconnector = await made();
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(17_000);
    expect(attempts).toEqual([250, 750, 1750, 3750, 7750, 12_750]);
    isUp = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts.slice(6)).toEqual([17_750]);
    expect(bench.logged).toContain('Failed connected out: Connection refused');
  });

  test('is tried soon again when it is lost another time', async () => {
    const reconnector = await made();
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(8_000);
    isUp = true;
    await vi.advanceTimersByTimeAsync(5_000);
    isUp = false;
    connected.clear();
    attempts = [];
    began = Date.now();
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(attempts).toEqual([250, 750]);
  });

  test('is tried once at a time, however often it is lost', async () => {
    const reconnector = await made();
    reconnector.lost(PEER);
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(attempts).toEqual([250, 750]);
  });

  test('is left in peace when it has come by itself', async () => {
    const reconnector = await made();
    reconnector.lost(PEER);
    connected.set(PEER, { id: PEER, address: ADDRESS, direction: 'in', features: '' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([]);
  });

  test('is left in peace without a channel, and once its last channel is gone', async () => {
    const reconnector = await made();
    reconnector.lost(`03${'cd'.repeat(32)}`);
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(attempts).toEqual([250, 750]);
    wanted = [];
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([250, 750]);
  });

  test('is not tried any more when the node stops', async () => {
    const reconnector = await made();
    reconnector.lost(PEER);
    await vi.advanceTimersByTimeAsync(1_000);
    reconnector.stop();
    reconnector.lost(PEER);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([250, 750]);
  });
});

test('a start tries all wanted peers at once, whose address is known', async () => {
  wanted = [PEER, `03${'cd'.repeat(32)}`];
  const reconnector = await made();
  reconnector.start();
  await vi.advanceTimersByTimeAsync(600);
  expect(attempts).toEqual([0, 250]);
  reconnector.stop();
});

test('one that is off tries nobody', async () => {
  const reconnector = await made(true);
  reconnector.start();
  reconnector.lost(PEER);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(attempts).toEqual([]);
});
