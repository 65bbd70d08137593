import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { messageOf } from '../../src/core/errors.js';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { freePort } from '../../src/process/ports.js';
import { ClnProcess, lightningd, whyNotCln } from './embedded/cln.js';
import {
  channelsReady,
  FAUCET,
  killNow,
  makeFaucet,
  mine,
  NOWHERE,
  openChannel,
  pay,
  settled,
  startAgain,
  startNode,
  type TestNode,
} from './embedded/nodes.js';
import { startBitcoind, type EmbeddedProcess } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let ours: EmbeddedProcess;
let count = 0;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
});
afterAll(async () => {
  await bitcoind.daemon.stop();
  bitcoind.close();
});
beforeEach(async () => {
  ours = await startNode(folder.path, `n${count++}`, bitcoind);
});
afterEach(async () => {
  await ours.stop();
});

const addressOf = (node: EmbeddedProcess): string => join(node.lightningDir, 'peer');

/** Takes back the last blocks, and mines others: first `empty` ones without a transaction. */
async function reorganise(depth: number, blocks: number, empty = 0): Promise<void> {
  const height = await bitcoind.rpc.call<number>('getblockcount');
  const stale = await bitcoind.rpc.call<string>('getblockhash', [height - depth + 1]);
  await bitcoind.rpc.call('invalidateblock', [stale]);
  for (let i = 0; i < empty; i++) await bitcoind.rpc.call('generateblock', [NOWHERE, []]);
  // to somebody else: the very block that was taken back would be refused
  if (blocks > 0) await makeFaucet(bitcoind, blocks);
}

async function onTip(...nodes: readonly TestNode[]): Promise<void> {
  const height = await bitcoind.rpc.call<number>('getblockcount');
  await Promise.all(nodes.map((node) => node.rpc.call('waitblockheight', [height, 60])));
}

async function scidOf(node: TestNode, channelId: string): Promise<string | undefined> {
  const { channels } = await node.rpc.call('listpeerchannels');
  const channel = channels.find(({ channel_id: id }) => id === channelId);
  return channel?.state === 'CHANNELD_NORMAL' ? channel.short_channel_id : channel?.state;
}

/** The place of the channel's funding transaction, as bitcoind has it. */
async function placeOf(node: TestNode, channelId: string): Promise<string> {
  const { channels } = await node.rpc.call('listpeerchannels');
  const { funding_txid: txid, funding_outnum: output } = channels.find(({ channel_id: id }) => id === channelId)!;
  const { blockhash } = await bitcoind.rpc.call<{ blockhash: string }>('getrawtransaction', [txid, true]);
  const block = await bitcoind.rpc.call<{ height: number; tx: string[] }>('getblock', [blockhash]);
  return `${block.height}x${block.tx.indexOf(txid!)}x${output}`;
}

/** Both ends have the channel where the chain has it, and it pays both ways. */
async function goesOn(a: TestNode, b: TestNode, channelId: string): Promise<void> {
  const place = await placeOf(a, channelId);
  for (const node of [a, b])
    await waitFor(`the channel to be ${place}`, async () => {
      const scid = await scidOf(node, channelId);
      return scid === place ? { done: undefined } : { seen: scid ?? 'gone' };
    });
  await channelsReady(a, b);
  await pay(a, b, 100_000_000);
  await pay(b, a, 10_000_000);
  await settled(a, b);
}

/** Both nodes have heard of both sides of the channel at its place. */
async function announced(channelId: string, ...nodes: readonly TestNode[]): Promise<void> {
  const place = await placeOf(nodes[0]!, channelId);
  for (const node of nodes)
    await waitFor(`${place} to be announced`, async () => {
      const { channels } = (await node.rpc.call('listchannels', { short_channel_id: place })) as {
        channels: unknown[];
      };
      return channels.length === 2 ? { done: undefined } : { seen: `${channels.length} sides` };
    });
}

describe('a channel whose funding transaction loses its block goes on', () => {
  let other: EmbeddedProcess;
  beforeEach(async () => {
    other = await startNode(folder.path, `n${count++}`, bitcoind);
  });
  afterEach(async () => {
    await other.stop();
  });

  const open = () => openChannel(bitcoind, other, ours, addressOf(ours));

  test('in another block of the same height', async () => {
    const channelId = await open();
    const place = await placeOf(ours, channelId);
    await reorganise(1, 2);
    await onTip(ours, other);
    expect(await placeOf(ours, channelId)).toBe(place);
    await goesOn(other, ours, channelId);
  });

  test('at another height, and behind another transaction', async () => {
    const channelId = await open();
    const place = await placeOf(ours, channelId);
    const pays = await bitcoind.rpc.call<string>('getnewaddress', [], FAUCET);
    await bitcoind.rpc.call('sendtoaddress', { address: pays, amount: 1, fee_rate: 100 }, FAUCET);
    await reorganise(1, 1, 1);
    await onTip(ours, other);
    expect(await placeOf(ours, channelId)).not.toBe(place);
    await goesOn(other, ours, channelId);
  });

  test('after blocks in which it is not, in which it pays as well', async () => {
    const channelId = await open();
    const place = await placeOf(ours, channelId);
    await reorganise(1, 0, 3);
    await onTip(ours, other);
    await channelsReady(ours, other);
    await pay(other, ours, 100_000_000);
    await pay(ours, other, 10_000_000);
    await mine(bitcoind, 1, ours, other);
    expect(await placeOf(ours, channelId)).not.toBe(place);
    await goesOn(other, ours, channelId);
  });

  test.each([1, 2])('when a node was down while it happened, %i of the two', async (downs) => {
    const channelId = await open();
    await killNow(ours);
    if (downs === 2) await killNow(other);
    await reorganise(1, 1, 1);
    ours = await startAgain(ours);
    if (downs === 2) other = await startAgain(other);
    await onTip(ours, other);
    await goesOn(other, ours, channelId);
  });

  test('with a payment under way in it, which arrives', async () => {
    const channelId = await open();
    const { bolt11, payment_hash: hash } = await ours.rpc.call('invoice', ['10sat', 'held', 'held']);
    ours.child.kill('SIGSTOP');
    const paying = other.rpc.call('xpay', [bolt11]);
    paying.catch(() => {}); // it is awaited below
    await waitFor('the payment to be under way', async () => {
      const { channels } = await other.rpc.call('listpeerchannels');
      const there = channels[0]!.htlcs?.some((htlc) => htlc.payment_hash === hash);
      return there ? { done: undefined } : { seen: 'nothing' };
    });
    await reorganise(1, 1, 1);
    await onTip(other);
    ours.child.kill('SIGCONT');
    await onTip(ours);
    expect(await paying).toMatchObject({ successful_parts: 1 });
    await goesOn(other, ours, channelId);
  });

  test('when nodes are started again in between and afterwards', async () => {
    const channelId = await open();
    await reorganise(1, 0, 2);
    await onTip(ours, other);
    await killNow(ours);
    ours = await startAgain(ours);
    await channelsReady(ours, other);
    await pay(other, ours, 100_000_000);
    await mine(bitcoind, 1, ours, other);
    await goesOn(other, ours, channelId);
    await killNow(other);
    other = await startAgain(other);
    await goesOn(other, ours, channelId);
  });

  test('twice, and once it is announced: then it is announced at its new place', async () => {
    const channelId = await open();
    await mine(bitcoind, 6, ours, other);
    await announced(channelId, ours, other);
    await reorganise(7, 8, 1);
    await onTip(ours, other);
    await goesOn(other, ours, channelId);
    await announced(channelId, ours, other);
    await reorganise(8, 9, 1);
    await onTip(ours, other);
    await goesOn(other, ours, channelId);
    await announced(channelId, ours, other);
  });

  test('and is closed with others', async () => {
    const channelId = await open();
    await reorganise(1, 1, 1);
    await onTip(ours, other);
    await goesOn(other, ours, channelId);
    const { txid } = await ours.rpc.call('close', [channelId]);
    await mine(bitcoind, 1, ours, other);
    for (const node of [ours, other])
      await waitFor('the channel to be closed', async () => {
        const { channels } = await node.rpc.call('listpeerchannels');
        return channels[0]?.state === 'ONCHAIN' ? { done: undefined } : { seen: String(channels[0]?.state) };
      });
    expect(await bitcoind.rpc.call('getrawtransaction', [txid, true])).toMatchObject({ confirmations: 1 });
  });
});

describe.skipIf(!lightningd)(`a channel with Core Lightning${whyNotCln}`, () => {
  let cln: ClnProcess;
  beforeEach(async () => {
    cln = new ClnProcess(lightningd!, join(folder.path, `c${count++}`), bitcoind, await freePort());
    await cln.start();
  });
  afterEach(async () => {
    await cln.stop();
  });

  /** lightningd finds nobody again at a unix socket. */
  async function reconnect(): Promise<void> {
    const { id } = await ours.rpc.call('getinfo');
    await waitFor('them to connect', async () => {
      try {
        await cln.rpc.call('connect', [`${id}@${addressOf(ours)}`]);
        return { done: undefined };
      } catch (error) {
        return { seen: messageOf(error) }; // each may be letting go of the other just then
      }
    });
  }

  test('that opened it goes on, and is announced at its new place', async () => {
    const channelId = await openChannel(bitcoind, cln, ours, addressOf(ours));
    await reorganise(1, 1, 1);
    await onTip(ours, cln);
    await reconnect();
    await goesOn(cln, ours, channelId);
    await reorganise(1, 0, 2);
    await mine(bitcoind, 1, ours, cln);
    await reconnect();
    await goesOn(cln, ours, channelId);
    await mine(bitcoind, 6, ours, cln);
    await announced(channelId, ours, cln);
  });

  test('that accepted it is closed by it, as it does with each', async () => {
    await openChannel(bitcoind, ours, cln, cln.peerSocket);
    await reorganise(1, 1, 1);
    await onTip(ours, cln);
    for (const node of [cln, ours])
      await waitFor('the channel to be closed', async () => {
        if (node === ours) await mine(bitcoind, 1, ours); // their transaction tells
        const { channels } = await node.rpc.call('listpeerchannels');
        const states = channels.map(({ state }) => state);
        return states.includes('CHANNELD_NORMAL') ? { seen: states.join() } : { done: undefined };
      });
    expect(await readFile(join(cln.lightningDir, 'log'), 'utf8')).toContain(
      'Funding transaction has been reorged out in state CHANNELD_NORMAL',
    );
  });
});
