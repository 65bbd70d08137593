import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { freePort } from '../../src/process/ports.js';
import { ClnProcess, lightningd, whyNotCln } from './embedded/cln.js';
import {
  channelsReady,
  fund,
  idOf,
  invoice,
  killNow,
  makeFaucet,
  mine,
  openChannel,
  pay,
  startAgain,
  startNode,
  type TestNode,
} from './embedded/nodes.js';
import { startBitcoind, type EmbeddedProcess } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

describe.skipIf(!lightningd)(`with Core Lightning${whyNotCln}`, () => {
  const folder = useTemporaryFolder();
  let bitcoind: Bitcoind;
  let ours: EmbeddedProcess;
  let cln: ClnProcess;

  beforeAll(async () => {
    bitcoind = await startBitcoind(folder.path);
    await makeFaucet(bitcoind, 5);
    await mine(bitcoind, 100);
    cln = new ClnProcess(lightningd!, join(folder.path, 'cln'), bitcoind, await freePort());
    [ours] = await Promise.all([startNode(folder.path, 'l1', bitcoind), cln.start()]);
  });
  afterAll(async () => {
    await Promise.all([ours.stop(), cln.stop()]);
    await bitcoind.daemon.stop();
    bitcoind.close();
  });

  const bothPay = async (): Promise<void> => {
    await channelsReady(ours, cln);
    await pay(ours, cln, 24_000);
    await pay(cln, ours, 24_000);
  };

  test('connect, from either side, over a unix socket and over TCP', async () => {
    const { binding } = await cln.rpc.call('getinfo');
    const tcp = binding!.find(({ type }) => type === 'ipv4')!;
    const id = await idOf(cln);
    for (const address of [cln.peerSocket, `127.0.0.1:${tcp.port}`]) {
      const connected = await ours.rpc.call('connect', [`${id}@${address}`]);
      expect(connected).toMatchObject({ id, direction: 'out' });
      await ours.rpc.call('disconnect', [id]);
      await expect.poll(async () => (await cln.rpc.call('listpeers')).peers, { timeout: 10_000 }).toEqual([]);
    }
    await cln.rpc.call('connect', [`${await idOf(ours)}@${join(folder.path, 'l1/peer')}`]);
    await expect
      .poll(async () => (await ours.rpc.call('listpeers')).peers, { timeout: 10_000 })
      .toMatchObject([{ id, connected: true }]);
  });

  test('a channel of ours: pay both ways', async () => {
    await openChannel(bitcoind, ours, cln, cln.peerSocket);
    await pay(ours, cln, 1_000_000_000);
    await bothPay();
  });

  test('a channel of theirs: pay both ways', async () => {
    await fund(bitcoind, cln);
    await mine(bitcoind, 1, ours, cln);
    await waitFor('the funds to be seen', async () => {
      const { outputs } = await cln.rpc.call('listfunds');
      return outputs.length > 0 ? { done: undefined } : { seen: 'none' };
    });
    await cln.rpc.call('fundchannel', { id: await idOf(ours), amount: '0.03btc', feerate: '253perkw' });
    await mine(bitcoind, 1, ours, cln);
    await channelsReady(ours, cln, 2);
    await pay(cln, ours, 2_000_000_000);
    await pay(ours, cln, 1_500_000_000);
  });

  test('keysend both ways', async () => {
    for (const [from, to] of [
      [ours, cln],
      [cln, ours],
    ] as const)
      expect(await from.rpc.call('xkeysend', [await idOf(to), 5_000])).toMatchObject({ amount_msat: 5_000 });
  });

  test('either restarts, or is killed, and they pay again', async () => {
    await ours.stop();
    ours = await startAgain(ours);
    await channelsReady(ours, cln, 2);
    await pay(ours, cln, 1_000);
    await killNow(ours);
    ours = await startAgain(ours);
    await channelsReady(ours, cln, 2);
    await pay(cln, ours, 1_000);
    await cln.stop();
    await cln.start();
    await channelsReady(ours, cln, 2);
    await pay(cln, ours, 1_000);
    await pay(ours, cln, 1_000);
  });

  test('through Core Lightning from one of ours to another, when the channels are announced', async () => {
    const far = await startNode(folder.path, 'l2', bitcoind);
    try {
      await openChannel(bitcoind, cln, far, join(folder.path, 'l2/peer'));
      await mine(bitcoind, 6, ours, far, cln);
      for (const node of [ours, far])
        await waitFor('gossip to tell of all channels', async () => {
          const { channels } = (await node.rpc.call('listchannels')) as { channels: unknown[] };
          return channels.length === 6 ? { done: undefined } : { seen: `${channels.length} of 6` };
        });
      const [source, destination] = await Promise.all([idOf(ours), idOf(far)]);
      const route = { source, destination, amount_msat: 1_000_000, layers: [], maxfee_msat: 10_000, final_cltv: 18 };
      const pathOf = async (node: TestNode): Promise<object[]> => {
        const { routes } = (await node.rpc.call('getroutes', route)) as {
          routes: { path: Record<string, unknown>[] }[];
        };
        // which of the two channels from us it takes is not said
        return routes.flatMap(({ path }) => path.map((hop) => ({ ...hop, short_channel_id_dir: 'either' })));
      };
      expect(await pathOf(ours)).toHaveLength(2);
      expect(await pathOf(ours)).toEqual(await pathOf(cln));
      await pay(ours, far, 200_000_000);
      await pay(far, ours, 1_000_000);
      const { forwards } = (await cln.rpc.call('listforwards')) as { forwards: { status: string }[] };
      expect(forwards.map(({ status }) => status)).toEqual(['settled', 'settled']);
    } finally {
      await far.stop();
    }
  });

  test('an invoice names the way through a channel of theirs that is not announced', async () => {
    await openChannel(bitcoind, cln, ours, join(folder.path, 'l1/peer'), { announce: false });
    const bolt11 = await invoice(ours, 1_000, { exposeprivatechannels: true });
    const { routes } = (await ours.rpc.call('decode', [bolt11])) as { routes?: { short_channel_id: string }[][] };
    const { channels } = await cln.rpc.call('listpeerchannels', [await idOf(ours)]);
    const aliases = channels.map((channel) => (channel as { alias?: { local?: string } }).alias?.local);
    // at random, so that it may have any of its 64 bits set
    expect(aliases).toContain(routes?.[0]?.[0]?.short_channel_id);
    await cln.rpc.call('xpay', [bolt11]);
  });

  test('channels close from either side', async () => {
    const { channels } = await ours.rpc.call('listpeerchannels');
    const [first, second] = channels.map(({ channel_id: id }) => id!);
    expect(await ours.rpc.call('close', [first!])).toMatchObject({ type: 'mutual' });
    expect(await cln.rpc.call('close', [second!])).toMatchObject({ type: 'mutual' });
    await mine(bitcoind, 1, ours, cln);
    const after = await ours.rpc.call('listpeerchannels');
    expect(after.channels.map(({ state }) => state)).toEqual(['ONCHAIN', 'ONCHAIN', 'CHANNELD_NORMAL']);
  });
});
