import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../../../src/core/wait.js';
import type { Bitcoind } from '../../../src/daemons/bitcoind.js';
import { pendingOf } from '../../../src/network/pending.js';
import { waitForSettled } from '../../../src/network/waits.js';
import type { Channel, LightningNode } from '../../../src/nodes/node.js';
import { BitcoindRpc } from '../../../src/rpc/bitcoind.js';
import { FakeBitcoind } from '../../fakes/bitcoind-http.js';

const [KNOWN, LOST] = ['aa', 'bb'].map((byte) => byte.repeat(32)) as [string, string];

let fake: FakeBitcoind;
let bitcoind: Bitcoind;
beforeEach(async () => {
  fake = await new FakeBitcoind(({ method, params: [txid] }) => {
    if (method === 'gettxout') return { result: null };
    if (method === 'getrawtransaction' && txid === KNOWN) return { result: '00' };
    return { error: { code: -5, message: 'No such mempool or blockchain transaction' } };
  }).listen();
  const rpc = new BitcoindRpc({ host: '127.0.0.1', port: fake.port, auth: { user: 'u', password: 'p' } });
  bitcoind = { call: rpc.call.bind(rpc), close: () => rpc.close() } as unknown as Bitcoind;
});
afterEach(async () => {
  bitcoind.close();
  await fake.close();
});

const channel = (id: string, of: Partial<Channel>): Channel =>
  ({ id, shortChannelId: undefined, phase: 'normal', usable: true, connected: true, payments: [], ...of }) as Channel;

const withChannels = (name: string, channels: readonly Channel[]): LightningNode =>
  ({ name, daemon: { waitFor }, channels: () => Promise.resolve(channels) }) as unknown as LightningNode;

const awaitingFunding = (id: string, txid: string): Channel =>
  channel(id, { phase: 'awaiting-funding', state: 'CHANNELD_AWAITING_LOCKIN', funding: { txid, output: 0 } });

test('a channel whose funding was never broadcast is not waited for, and is to be closed; one in the mempool takes a block', async () => {
  const channels = [awaitingFunding('c1', LOST), awaitingFunding('c2', KNOWN)];
  const nodes = ['l1', 'l2'].map((name) => withChannels(name, channels));
  await waitForSettled(nodes[0]!, bitcoind, { timeoutMs: 5_000 });
  const rest = { nodes: ['l1', 'l2'], short_channel_id: null, state: 'CHANNELD_AWAITING_LOCKIN' };
  expect(await pendingOf(nodes, bitcoind)).toEqual([
    { ...rest, channel_id: 'c1', awaits: 'its funding transaction, which bitcoind has not got: close it' },
    { ...rest, channel_id: 'c2', awaits: 'a block: ln-play mine' },
  ]);
});

test('what closes awaits a block, what is held somebody, and what is normal nothing', async () => {
  const held = { hash: 'h', committed: true, amountMsat: 1n, isOurs: true, state: 'SENT_ADD_ACK_REVOCATION' };
  const channels = [
    channel('c1', { phase: 'closing', state: 'CLOSINGD_COMPLETE' }),
    channel('c2', { payments: [held] }),
    channel('c3', { payments: [held, held] }),
    channel('c4', {}),
  ];
  const pending = await pendingOf([withChannels('l1', channels)], bitcoind);
  expect(pending.map(({ channel_id, awaits }) => `${channel_id} ${awaits}`)).toEqual([
    'c1 a block with its closing transaction: ln-play mine',
    'c2 1 payment that somebody holds',
    'c3 2 payments that somebody holds',
  ]);
});
