import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Bitcoind } from '../../../src/daemons/bitcoind.js';
import type { Daemon } from '../../../src/daemons/daemon.js';
import { waitFor, type Probe, type WaitOptions } from '../../../src/core/wait.js';
import { waitForBlock, waitForSettled, waitForUsable } from '../../../src/network/waits.js';
import type { Channel, LightningNode, Tip } from '../../../src/nodes/node.js';
import { BitcoindRpc } from '../../../src/rpc/bitcoind.js';
import { FakeBitcoind } from '../../fakes/bitcoind-http.js';

/** A node of no implementation at all, as far as a wait needs one. */
class FakeNode {
  readonly name = 'alice';
  readonly asked: string[] = [];
  readonly daemon = { waitFor } as unknown as Daemon;
  tips: Tip[] = [];
  held: Channel[][] = [];

  tip(): Promise<Tip> {
    return Promise.resolve(this.tips.length > 1 ? this.tips.shift()! : this.tips[0]!);
  }

  channels(): Promise<Channel[]> {
    return Promise.resolve(this.held.length > 1 ? this.held.shift()! : this.held[0]!);
  }

  nudge(peer: string): Promise<void> {
    this.asked.push(`nudge ${peer}`);
    return Promise.resolve();
  }

  get port(): LightningNode {
    return this as unknown as LightningNode;
  }
}

let node: FakeNode;
let fake: FakeBitcoind;
let bitcoind: Bitcoind;
/** The hashes of bitcoind's chain, by height. */
let chain: { [height: number]: string };
let confirmed: boolean;

beforeEach(async () => {
  node = new FakeNode();
  chain = { 110: 'a110', 111: 'b111' };
  confirmed = false;
  fake = await new FakeBitcoind(({ method, params }) => {
    if (method === 'gettxout') return { result: confirmed ? {} : null };
    const hash = chain[(params as number[])[0]!];
    return hash === undefined ? { error: { code: -8, message: 'Block height out of range' } } : { result: hash };
  }).listen();
  const rpc = new BitcoindRpc({ host: '127.0.0.1', port: fake.port, auth: { user: 'u', password: 'p' } });
  bitcoind = { call: rpc.call.bind(rpc), rpc, close: () => rpc.close() } as unknown as Bitcoind;
});
afterEach(async () => {
  bitcoind.close();
  await fake.close();
});

const wait: WaitOptions = { timeoutMs: 300 };
const block = { height: 111, hash: 'b111' };

test.each<[string, Tip[]]>([
  ['the block itself', [{ height: 110, hash: 'a110' }, block]],
  ['the height, of a node that tells no hash', [{ height: 111, hash: undefined }]],
  ['the block, instead of one that it replaced', [{ height: 111, hash: 'stale' }, block]],
  ['a higher one of the same chain', [{ height: 110, hash: 'a110' }, { height: 112, hash: 'c112' }]], // prettier-ignore
])('a node has come to a block with %s', async (_, tips) => {
  chain[112] = 'c112';
  node.tips = tips;
  await waitForBlock(node.port, bitcoind, block, wait);
});

test.each<[string, Tip, string]>([
  ['lower', { height: 110, hash: 'a110' }, 'last seen: block 110'],
  ['of the same height, and of another chain', { height: 111, hash: 'stale' }, 'block 111 of another chain, stale'],
  ['higher, and of another chain', { height: 113, hash: 'stale' }, 'block 113 of another chain, stale'],
])('a node has not come to a block with one that is %s', async (_, tip, seen) => {
  node.tips = [tip];
  await expect(waitForBlock(node.port, bitcoind, block, wait)).rejects.toMatchObject({
    code: 'TIMEOUT',
    details: [expect.stringContaining(seen)],
  });
});

const channel: Channel = {
  id: 'cc',
  shortChannelId: '103x1x0',
  peer: '02aa',
  capacityMsat: 3n,
  oursMsat: 1n,
  spendableMsat: 1n,
  phase: 'normal',
  state: 'whatever it calls that',
  usable: true,
  connected: true,
  established: true,
  private: false,
  policy: {},
  openedByUs: true,
  funding: { txid: 'ff', output: 0 },
  payments: [],
};

test('a channel that lacks what its other end holds back is nudged until it is usable', async () => {
  node.held = [
    [],
    [{ ...channel, phase: 'awaiting-funding', usable: false }],
    [{ ...channel, usable: false }],
    [channel],
  ];
  expect(await waitForUsable(node.port, 'cc', wait)).toEqual(channel);
  expect(node.asked).toEqual(['nudge 02aa']);
});

test.each<[string, Partial<Channel>]>([
  ['is usable', {}],
  ['is closing', { phase: 'closing', usable: false }],
  ['awaits a block', { phase: 'awaiting-funding', usable: false }],
  ['has a peer that is away', { phase: 'opening', usable: false, connected: false }],
])('a channel that %s has settled', async (_, what) => {
  node.held = [[{ ...channel, ...what }]];
  await waitForSettled(node.port, bitcoind, wait);
});

test.each<[string, Partial<Channel>]>([
  ['is being opened', { phase: 'opening', usable: false }],
  ['is shutting down', { phase: 'shutting-down', usable: false }],
  ['is normal on one end', { usable: false }],
  ['has its funding in a block', { phase: 'awaiting-funding', usable: false }],
  [
    'has a payment on its way',
    { payments: [{ hash: '01', committed: false, amountMsat: 1n, isOurs: true, state: 'SENT_ADD_HTLC' }] },
  ],
])('a channel that %s is waited for', async (_, what) => {
  confirmed = true;
  const probes = node.held;
  probes.push([{ ...channel, ...what }], [{ ...channel, ...what }], [channel]);
  const settled: Promise<Probe<void>> = waitForSettled(node.port, bitcoind, wait).then(() => ({ done: undefined }));
  expect(await settled).toEqual({ done: undefined });
  expect(node.held).toEqual([[channel]]); // it was asked again until then
});
