import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { freePort } from '../../src/process/ports.js';
import { ClnProcess, lightningd, whyNotCln } from './embedded/cln.js';
import {
  idOf,
  makeFaucet,
  mine,
  openChannel,
  pay,
  settled,
  startAgain,
  startNode,
  type TestNode,
} from './embedded/nodes.js';
import { startBitcoind, type EmbeddedProcess } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const CAPACITY = 4_200_000_000;

/** What each end must say of one channel so that it is the same channel. */
interface Seen {
  readonly short_channel_id: string;
  readonly alias: { readonly local: string; readonly remote: string };
  readonly state: string;
  readonly direction: number;
  readonly to_us_msat: number;
  readonly min_to_us_msat: number;
  readonly max_to_us_msat: number;
}

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
});
afterAll(async () => {
  await bitcoind.daemon.stop();
  bitcoind.close();
});

async function seenBy(node: TestNode, peer: TestNode): Promise<Seen> {
  const { channels } = await node.rpc.call('listpeerchannels', [await idOf(peer)]);
  expect(channels).toHaveLength(1);
  return channels[0] as unknown as Seen;
}

/** Each end as it must be after `from`, who opened the channel, has paid 1,000,000 sat and got 400,000 sat back. */
async function expectBothEnds(from: TestNode, to: TestNode): Promise<void> {
  const balanced = async (node: TestNode, peer: TestNode, toUs: number): Promise<Seen> =>
    await waitFor<Seen>(`${toUs} msat of the channel`, async () => {
      const seen = await seenBy(node, peer);
      return seen.to_us_msat === toUs ? { done: seen } : { seen: String(seen.to_us_msat) };
    });
  const ours = await balanced(from, to, CAPACITY - 600_000_000);
  const theirs = await balanced(to, from, 600_000_000);
  expect(ours.alias).toEqual({ local: theirs.alias.remote, remote: theirs.alias.local });
  expect(ours.alias.local).not.toBe(ours.alias.remote);
  expect(ours.short_channel_id).toBe(theirs.short_channel_id);
  expect(ours.direction).toBe(1 - theirs.direction);
  expect([ours.min_to_us_msat, ours.max_to_us_msat]).toEqual([CAPACITY - 1_000_000_000, CAPACITY]);
  expect([theirs.min_to_us_msat, theirs.max_to_us_msat]).toEqual([0, 1_000_000_000]);
  for (const [node, seen] of [
    [from, ours],
    [to, theirs],
  ] as const) {
    const { channels } = await node.rpc.call('listfunds');
    expect(channels).toMatchObject([
      {
        short_channel_id: seen.short_channel_id,
        state: seen.state,
        our_amount_msat: seen.to_us_msat,
        amount_msat: CAPACITY,
        connected: true,
      },
    ]);
  }
}

const payThereAndBack = async (from: TestNode, to: TestNode): Promise<void> => {
  await pay(from, to, 1_000_000_000);
  await settled(from, to);
  await pay(to, from, 400_000_000);
  await settled(from, to);
};

test('a channel is the same from both ends, and after a restart', async () => {
  let [a, b]: EmbeddedProcess[] = await Promise.all(['a', 'b'].map((name) => startNode(folder.path, name, bitcoind)));
  try {
    await openChannel(bitcoind, a!, b!, join(folder.path, 'b/peer'));
    await payThereAndBack(a!, b!);
    await expectBothEnds(a!, b!);
    await Promise.all([a!.stop(), b!.stop()]);
    [a, b] = await Promise.all([startAgain(a!), startAgain(b!)]);
    await waitFor('the peers to be connected again', async () => {
      const { channels } = await a!.rpc.call('listpeerchannels');
      return channels[0]?.reestablished ? { done: undefined } : { seen: JSON.stringify(channels[0]?.state) };
    });
    await expectBothEnds(a, b);
  } finally {
    await Promise.all([a!.stop(), b!.stop()]);
  }
});

describe.skipIf(!lightningd)(`with Core Lightning${whyNotCln}`, () => {
  test('a channel is the same from both ends', async () => {
    const cln = new ClnProcess(lightningd!, join(folder.path, 'cln'), bitcoind, await freePort());
    const [ours] = await Promise.all([startNode(folder.path, 'c', bitcoind), cln.start()]);
    try {
      await openChannel(bitcoind, ours, cln, cln.peerSocket);
      await payThereAndBack(ours, cln);
      await expectBothEnds(ours, cln);
    } finally {
      await Promise.all([ours.stop(), cln.stop()]);
    }
  });
});
