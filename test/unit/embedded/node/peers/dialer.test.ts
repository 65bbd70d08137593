import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PeerAddress } from '../../../../../src/embedded/node/peers/addresses.js';
import { Dialer } from '../../../../../src/embedded/node/peers/dialer.js';
import { ConnectError, type Peer } from '../../../../../src/embedded/node/peers/peers.js';

const PEER = `02${'ab'.repeat(32)}`;
const HERE = { host: '127.0.0.1', port: 1 };
const THERE = { host: '127.0.0.1', port: 2 };

let connected: Peer | undefined;
let known: Map<string, PeerAddress>;
let dialled: PeerAddress[];
let answer: (address: PeerAddress) => Promise<Peer>;
const peerAt = (address: PeerAddress, direction: Peer['direction'] = 'out'): Peer => ({
  id: PEER,
  direction,
  address,
  features: '',
});
beforeEach(() => {
  connected = undefined;
  known = new Map();
  dialled = [];
  answer = (address) => Promise.resolve(peerAt(address));
});
afterEach(() => void vi.useRealTimers());

const dialer = new Dialer({
  nodeId: `03${'00'.repeat(32)}`,
  peers: {
    get: () => connected,
    connect: (_id, address) => {
      dialled.push(address);
      return answer(address);
    },
  },
  known: {
    addressOf: (id) => known.get(id),
    remember: (id, address) => Promise.resolve(void known.set(id, address)),
  },
});

test('a peer is dialled where one is told to, and then where it was found', async () => {
  expect(await dialer.dial(PEER, HERE)).toEqual(peerAt(HERE));
  await dialer.dial(PEER);
  await dialer.dial(PEER, THERE);
  await dialer.dial(PEER);
  expect(dialled).toEqual([HERE, HERE, THERE, THERE]);
});

test('a peer that is connected is not dialled', async () => {
  connected = peerAt(HERE, 'in');
  expect(await dialer.dial(PEER, THERE)).toBe(connected);
  expect(dialled).toEqual([]);
});

test('where a peer called from is not where it can be found', async () => {
  answer = () => Promise.resolve(peerAt({ host: '127.0.0.1', port: 54_321 }, 'in'));
  await dialer.dial(PEER, HERE);
  expect(known.size).toBe(0);
});

test('an address that fails is named, and not remembered', async () => {
  answer = () => Promise.reject(new ConnectError('127.0.0.1:1: Connection refused. '));
  await expect(dialer.dial(PEER, HERE)).rejects.toMatchObject({
    code: 'CONNECT_ALL_ADDRESSES_FAILED',
    message: 'All addresses failed: 127.0.0.1:1: Connection refused. ',
  });
  expect(known.size).toBe(0);
});

test('a peer that says nothing is given up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  answer = () => new Promise(() => {});
  const refused = expect(dialer.dial(PEER, HERE)).rejects.toMatchObject({
    code: 'CONNECT_ALL_ADDRESSES_FAILED',
    message: expect.stringContaining('127.0.0.1:1: Connection establishment: Operation timed out'),
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await refused;
});

test('neither we nor a peer of no address can be dialled', async () => {
  const refused = { code: 'CONNECT_NO_KNOWN_ADDRESS' };
  await expect(dialer.dial(PEER)).rejects.toMatchObject(refused);
  await expect(dialer.dial(`03${'00'.repeat(32)}`, HERE)).rejects.toMatchObject(refused);
  expect(dialled).toEqual([]);
});
