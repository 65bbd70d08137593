import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HookAnswer } from '../../../../../src/embedded/context.js';
import type { Peer } from '../../../../../src/embedded/node/peers/peers.js';
import { Presence } from '../../../../../src/embedded/node/peers/presence.js';
import { Bench } from '../support.js';

const PEER: Peer = {
  id: `02${'ab'.repeat(32)}`,
  direction: 'in',
  address: { host: '127.0.0.1', port: 1 },
  features: '80',
};

let bench: Bench;
let notified: unknown[];
let asked: unknown[];
let dropped: string[];
beforeEach(() => {
  bench = new Bench();
  notified = [];
  asked = [];
  dropped = [];
});
afterEach(() => bench[Symbol.dispose]());

const make = (answer?: HookAnswer): Presence =>
  new Presence({
    log: bench.log,
    disconnect: (id) => Promise.resolve(void dropped.push(id)),
    plugins: {
      notify: (topic, payload) => notified.push([topic, payload]),
      hasHook: () => answer !== undefined,
      ask: (hook, payload) => {
        asked.push([hook, payload]);
        return Promise.resolve(answer ?? { result: 'continue' });
      },
    },
  });

test('plugins hear of a peer that comes and goes', async () => {
  const presence = make();
  await presence.connected(PEER);
  presence.disconnected(PEER);
  const address = { type: 'ipv4', address: '127.0.0.1', port: 1 };
  expect(notified).toEqual([
    ['connect', { id: PEER.id, direction: 'in', address }],
    ['disconnect', { id: PEER.id }],
  ]);
  expect(dropped).toEqual([]);
});

test('a plugin may take a peer or turn it away', async () => {
  await make({ result: 'continue' }).connected(PEER);
  expect(dropped).toEqual([]);
  await make({ result: 'disconnect', error_message: 'not you' }).connected(PEER);
  expect(dropped).toEqual([PEER.id]);
  const { id, direction, features } = PEER;
  const question = ['peer_connected', { peer: { id, direction, addr: '127.0.0.1:1', features } }];
  expect(asked).toEqual([question, question]);
  expect(bench.logged).toContain('peer_connected hook: disconnecting: "not you"');
});

test('a message that LDK does not know goes to those who subscribed and to those who hooked', () => {
  make().received(PEER.id, Buffer.from('8001ff', 'hex'));
  const payload = { peer_id: PEER.id, payload: '8001ff' };
  expect([...notified, ...asked]).toEqual([
    ['custommsg', payload],
    ['custommsg', payload],
  ]);
});
