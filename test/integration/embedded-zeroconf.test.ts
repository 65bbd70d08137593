import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { freePort } from '../../src/process/ports.js';
import { ClnProcess, lightningd, whyNotCln } from './embedded/cln.js';
import {
  channelsReady,
  fund,
  idOf,
  makeFaucet,
  mine,
  pay,
  settled,
  startNode,
  type TestNode,
} from './embedded/nodes.js';
import { startBitcoind, type EmbeddedProcess } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

/** Accepts each channel with a depth of 0. */
const PLUGIN = fileURLToPath(new URL('../fakes/plugins/zeroconf.js', import.meta.url));

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let ours: EmbeddedProcess;

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
  ours = await startNode(folder.path, 'l1', bitcoind);
  await ours.rpc.call('plugin', ['start', PLUGIN]);
});
afterAll(async () => {
  await ours.stop();
  await bitcoind.daemon.stop();
  bitcoind.close();
});

/** Opens a channel that pays both ways before its funding transaction is in a block, and goes on to once it is. */
async function openAtOnce(from: TestNode, to: TestNode, address: string, count: number): Promise<void> {
  const id = await idOf(to);
  await from.rpc.call('connect', [`${id}@${address}`]);
  await fund(bitcoind, from);
  await mine(bitcoind, 1, from, to);
  await waitFor('the funds to be seen', async () => {
    const { outputs } = await from.rpc.call('listfunds');
    return outputs.some(({ status }) => status === 'confirmed') ? { done: undefined } : { seen: 'none' };
  });
  const opened = await from.rpc.call('fundchannel', { id, amount: '0.042btc', feerate: '253perkw', mindepth: 0 });
  for (const node of [from, to])
    await waitFor('the channel to be open', async () => {
      const { channels } = await node.rpc.call('listpeerchannels');
      const channel = channels.find(({ channel_id: channelId }) => channelId === opened.channel_id);
      return channel?.state === 'CHANNELD_NORMAL' ? { done: undefined } : { seen: JSON.stringify(channel) };
    });
  await pay(from, to, 100_000_000);
  await pay(to, from, 10_000_000);
  expect(await bitcoind.rpc.call('getrawmempool')).toContain(opened.txid);
  await mine(bitcoind, 1, from, to);
  await settled(from, to);
  await mine(bitcoind, 5, from, to);
  await channelsReady(from, to, count);
  await pay(from, to, 100_000_000);
  await pay(to, from, 10_000_000);
}

describe('a channel whose plugin asks for no confirmation can be used at once', () => {
  test('between two of ours', async () => {
    const other = await startNode(folder.path, 'l2', bitcoind);
    try {
      await openAtOnce(other, ours, join(folder.path, 'l1/peer'), 1);
    } finally {
      await other.stop();
    }
  });

  describe.skipIf(!lightningd)(`with Core Lightning${whyNotCln}`, () => {
    let cln: ClnProcess;
    beforeAll(async () => {
      cln = new ClnProcess(lightningd!, join(folder.path, 'cln'), bitcoind, await freePort());
      await cln.start();
      await cln.rpc.call('plugin', ['start', PLUGIN]);
    });
    afterAll(async () => await cln.stop());

    test('of theirs', async () => await openAtOnce(cln, ours, join(folder.path, 'l1/peer'), 1));
    test('of ours', async () => await openAtOnce(ours, cln, cln.peerSocket, 2));
  });
});
