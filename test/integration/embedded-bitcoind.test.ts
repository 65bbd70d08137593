import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { BitcoinRpcError } from '../../src/rpc/bitcoind.js';
import { FakeBitcoind, type BitcoindAnswer } from '../fakes/bitcoind-http.js';
import { fund, idOf, killNow, makeFaucet, mine, startAgain, startNode } from './embedded/nodes.js';
import { writeFakePlugin } from '../fakes/plugins/support.js';
import { EmbeddedProcess, prepareDir, startBitcoind } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

const NOBODY = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

const folder = useTemporaryFolder();
let bitcoind: Bitcoind;
let between: FakeBitcoind;
let node: EmbeddedProcess;
let peer: EmbeddedProcess;
/** What the node hears in place of bitcoind's answer, by method. */
const instead = new Map<string, () => BitcoindAnswer | Promise<BitcoindAnswer>>();

/** The real bitcoind's answer, but for the methods that a test has its own for. */
async function answer({ method, params, path }: { method: string; params: readonly unknown[]; path: string }) {
  const own = instead.get(method);
  if (own) return await own();
  const wallet = path.startsWith('/wallet/') ? decodeURIComponent(path.slice('/wallet/'.length)) : undefined;
  try {
    return { result: await bitcoind.rpc.call(method, params, wallet) };
  } catch (error) {
    if (!(error instanceof BitcoinRpcError)) throw error;
    return { error: { code: error.rpcCode, message: error.message } };
  }
}

beforeAll(async () => {
  bitcoind = await startBitcoind(folder.path);
  await makeFaucet(bitcoind, 5);
  await mine(bitcoind, 100);
  between = await new FakeBitcoind(answer).listen();
  const { datadir } = bitcoind;
  node = await new EmbeddedProcess(
    await prepareDir(join(folder.path, 'l1'), { datadir, rpcPort: between.port }, 'developer'),
  ).ready();
  peer = await startNode(folder.path, 'l2', bitcoind);
  await fund(bitcoind, node);
  await mine(bitcoind, 1, node, peer);
});
afterEach(() => instead.clear());
afterAll(async () => {
  await Promise.all([node.stop(), peer.stop()]);
  await between.close();
  await bitcoind.daemon.stop();
  bitcoind.close();
});

const coins = async (): Promise<{ reserved: boolean; amount_msat: number }[]> =>
  (await node.rpc.call('listfunds')).outputs;

test('coins are free again when what was to be made of them cannot be signed', async () => {
  instead.set('signrawtransactionwithwallet', () => ({ error: { code: -1, message: 'no' } }));
  await expect(node.rpc.call('withdraw', [NOBODY, 100_000])).rejects.toThrow('signrawtransactionwithwallet: no');
  expect(await coins()).toMatchObject([{ reserved: false }]);
});

test('and when the node was killed before it was', async () => {
  const asked = new Promise<void>((resolve) =>
    instead.set('signrawtransactionwithwallet', () => {
      resolve();
      return () => {}; // no answer at all
    }),
  );
  const withdrawal = node.rpc.call('withdraw', [NOBODY, 100_000]).catch((error: unknown) => error);
  await asked;
  expect(await coins()).toMatchObject([{ reserved: true }]);
  await killNow(node);
  await withdrawal;
  instead.clear();
  node = await startAgain(node);
  expect(await coins()).toMatchObject([{ reserved: false }]);
});

const mempool = (): Promise<string[]> => bitcoind.rpc.call<string[]>('getrawmempool');
const unconfirmed = (txid: string): Promise<void> =>
  waitFor('the transaction to be sent', async () => {
    const txids = await mempool();
    return txids.includes(txid) ? { done: undefined } : { seen: JSON.stringify(txids) };
  });
/** Opens a channel with the peer. */
async function fundchannel(): Promise<{ txid: string }> {
  const id = await idOf(peer);
  await node.rpc.call('connect', [`${id}@${join(folder.path, 'l2/peer')}`]);
  return await node.rpc.call('fundchannel', { id, amount: 100_000, feerate: '253perkw' });
}
const withdraw = async (): Promise<{ txid: string }> =>
  (await node.rpc.call('withdraw', [NOBODY, 100_000])) as { txid: string };
const SENDERS: [string, () => Promise<{ txid: string }>][] = [
  ['withdraw', withdraw],
  ['fundchannel', fundchannel],
];

describe('what bitcoind refuses is never sent, and leaves nothing behind', () => {
  test.each(SENDERS)('%s', async (_name, send) => {
    instead.set('sendrawtransaction', () => ({ error: { code: -26, message: 'min relay fee not met' } }));
    await expect(send()).rejects.toThrow('min relay fee not met');
    instead.clear();
    expect(await coins()).toMatchObject([{ reserved: false }]);
    expect(await node.rpc.call('listpeerchannels')).toEqual({ channels: [] });
    await waitFor('the peer to have no channel either', async () => {
      const { channels } = await peer.rpc.call('listpeerchannels');
      return channels.length === 0 ? { done: undefined } : { seen: JSON.stringify(channels) };
    });
    between.calls.length = 0;
    for (let blocks = 0; blocks < 2; blocks++) await mine(bitcoind, 1, node, peer); // with each what is kept is sent
    await coins();
    expect(between.calls.map(({ method }) => method)).not.toContain('sendrawtransaction');
    expect(await mempool()).toEqual([]);
  });
});

describe('what a bitcoind that is away does not take is sent when it is back', () => {
  test.each(SENDERS)('%s', async (_name, send) => {
    instead.set('sendrawtransaction', () => (response) => response.destroy());
    const { txid } = await send();
    instead.clear();
    expect(await mempool()).toEqual([]);
    await mine(bitcoind, 1, node, peer);
    await unconfirmed(txid);
    await mine(bitcoind, 1, node, peer);
    expect(await coins()).toMatchObject([{ reserved: false }]);
  });
});

test('a funding transaction that cannot be signed ends the opening for the peer, too', async () => {
  peer.stdout = '';
  instead.set('signrawtransactionwithwallet', () => ({ error: { code: -1, message: 'no' } }));
  await expect(fundchannel()).rejects.toThrow('signrawtransactionwithwallet: no');
  await peer.saw('peer_in WIRE_ERROR');
  expect(await coins()).toMatchObject([{ reserved: false }]);
});

describe('a peer that goes away ends the opening of a channel with it', () => {
  const opening = async (): Promise<void> => {
    const { channels: before } = await node.rpc.call('listpeerchannels');
    await expect(fundchannel()).rejects.toMatchObject({
      rpcCode: -1,
      message: expect.stringMatching('Disconnected during opening') as string,
    });
    expect(await coins()).toMatchObject([{ reserved: false }]);
    peer = await startAgain(peer);
    await node.rpc.call('connect', [`${await idOf(peer)}@${join(folder.path, 'l2/peer')}`]);
    await mine(bitcoind, 1, node, peer);
    const { channels: after } = await node.rpc.call('listpeerchannels');
    expect(after.map(({ channel_id: id }) => id)).toEqual(before.map(({ channel_id: id }) => id));
  };

  test('before it has said what it thinks of it', async () => {
    const hooks = { manifest: { hooks: [{ name: 'openchannel' }] }, on: { openchannel: 'silent' } } as const;
    await peer.rpc.call('plugin', ['start', await writeFakePlugin(folder.path, hooks)]);
    peer.stdout = '';
    const ended = opening();
    await peer.saw('peer_in WIRE_OPEN_CHANNEL');
    await killNow(peer);
    await ended;
  });

  test('before it has signed', async () => {
    instead.set('signrawtransactionwithwallet', () => {
      peer.child.kill('SIGSTOP');
      instead.clear();
      return answer(between.calls.at(-1)!);
    });
    node.stdout = '';
    const ended = opening();
    await node.saw('peer_out WIRE_FUNDING_CREATED');
    await killNow(peer);
    await ended;
  });
});

describe('an opener that is killed before the peer’s signature is there', () => {
  /** How many channels the peer shows. */
  const peersChannels = async (): Promise<number> => (await peer.rpc.call('listpeerchannels')).channels.length;
  const peerShows = (count: number): Promise<void> =>
    waitFor(`the peer to show ${count} channels`, async () => {
      const { channels } = await peer.rpc.call('listpeerchannels');
      return channels.length === count ? { done: undefined } : { seen: JSON.stringify(channels) };
    });
  const meet = async (): Promise<unknown> =>
    await node.rpc.call('connect', [`${await idOf(peer)}@${join(folder.path, 'l2/peer')}`]);

  /** The peer has a channel of which the node knows nothing; returns its funding transaction. */
  const leaveUnknownChannel = async (): Promise<string> => {
    let funding = '';
    instead.set('signrawtransactionwithwallet', async () => {
      peer.child.kill('SIGSTOP');
      instead.clear();
      const signed = (await answer(between.calls.at(-1)!)) as { result: { hex: string } };
      funding = signed.result.hex;
      return signed;
    });
    node.stdout = '';
    const opening = fundchannel().catch((error: unknown) => error);
    await node.saw('peer_out WIRE_FUNDING_CREATED');
    await node.rpc.call('getinfo'); // it has left then
    await killNow(node);
    await opening;
    peer.stdout = '';
    peer.child.kill('SIGCONT');
    await peer.saw('to CHANNELD_AWAITING_LOCKIN');
    return funding;
  };

  test('leaves nothing reserved, and the peer drops the channel when they meet again, for good', async () => {
    const before = await peersChannels();
    await leaveUnknownChannel();
    expect(await peersChannels()).toBe(before + 1);
    node = await startAgain(node);
    expect(await coins()).toMatchObject([{ reserved: false }]);
    await meet();
    await peerShows(before);
    await mine(bitcoind, 1, node, peer);
    peer.rpc.close();
    await killNow(peer);
    peer = await startAgain(peer);
    expect(await peersChannels()).toBe(before);
  });

  test('and funds the channel after all has its peer show it again, and close it on the chain', async () => {
    const before = await peersChannels();
    const funding = await leaveUnknownChannel();
    node = await startAgain(node);
    await meet();
    await peerShows(before);
    await bitcoind.rpc.call('sendrawtransaction', [funding]);
    await mine(bitcoind, 1, node, peer);
    await peerShows(before + 1);
    await mine(bitcoind, 1, node, peer);
    const { channels } = await peer.rpc.call('listpeerchannels');
    expect(channels.at(-1)).toMatchObject({ state: 'ONCHAIN' });
  });
});
