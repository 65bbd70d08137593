import { join } from 'node:path';
import { waitFor } from '../../../src/core/wait.js';
import type { Bitcoind } from '../../../src/daemons/bitcoind.js';
import type { LightningSocket } from '../../../src/rpc/lightning-socket.js';
import type { PeerChannel } from '../../../src/rpc/lightning-types.js';
import { EmbeddedProcess, prepareDir } from './process.js';

/** Where blocks go whose coins nobody needs. */
export const NOWHERE = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202';
/** The wallet that pays for all. */
export const FAUCET = 'faucet';

/** A lightning node of a test, whatever lightningd it is. */
export interface TestNode {
  readonly rpc: LightningSocket;
}

/** An embedded node that listens on a socket in its folder. */
export async function startNode(folder: string, name: string, bitcoind: Bitcoind): Promise<EmbeddedProcess> {
  const dir = await prepareDir(join(folder, name), bitcoind, `bind-addr=${join(folder, name, 'peer')}\ndeveloper`);
  return await new EmbeddedProcess(dir).ready();
}

/** The node again, in the same folder, after its process has ended. */
export async function startAgain(node: EmbeddedProcess): Promise<EmbeddedProcess> {
  node.rpc.close();
  return await new EmbeddedProcess(node.lightningDir).ready();
}

export const killNow = async (node: EmbeddedProcess): Promise<void> => {
  node.child.kill('SIGKILL');
  await node.exited;
};

export async function idOf(node: TestNode): Promise<string> {
  return (await node.rpc.call('getinfo')).id;
}

/** Mines blocks whose coins can be spent a hundred blocks later. */
export async function makeFaucet(bitcoind: Bitcoind, blocks: number): Promise<void> {
  const wallets = await bitcoind.rpc.call<string[]>('listwallets');
  if (!wallets.includes(FAUCET)) await bitcoind.rpc.call('createwallet', { wallet_name: FAUCET });
  const address = await bitcoind.rpc.call<string>('getnewaddress', [], FAUCET);
  await bitcoind.rpc.call('generatetoaddress', [blocks, address]);
}

/** Mines, and waits until all nodes have seen it. */
export async function mine(bitcoind: Bitcoind, blocks: number, ...nodes: readonly TestNode[]): Promise<number> {
  await bitcoind.rpc.call('generatetoaddress', [blocks, NOWHERE]);
  const height = await bitcoind.rpc.call<number>('getblockcount');
  await Promise.all(nodes.map((node) => node.rpc.call('waitblockheight', [height, 60])));
  return height;
}

export async function fund(bitcoind: Bitcoind, node: TestNode): Promise<void> {
  const { bech32 } = await node.rpc.call('newaddr', ['bech32']);
  await bitcoind.rpc.call('sendtoaddress', [bech32, 10], FAUCET);
}

/** The channels that both have with each other are usable on both ends. */
export async function channelsReady(a: TestNode, b: TestNode, count = 1): Promise<void> {
  const [idA, idB] = await Promise.all([idOf(a), idOf(b)]);
  for (const [node, peer] of [
    [a, idB],
    [b, idA],
  ] as const)
    await waitFor(`${count} usable channels with ${peer}`, async () => {
      const { channels } = await node.rpc.call('listpeerchannels', [peer]);
      const usable = channels.filter(isUsable);
      return usable.length === count ? { done: undefined } : { seen: JSON.stringify(channels) };
    });
}

const isUsable = (channel: PeerChannel): boolean =>
  channel.state === 'CHANNELD_NORMAL' && channel.reestablished === true && channel.updates?.remote !== undefined;

/** Connects, funds `from`, opens a channel of 0.042 BTC, and waits until it can be used. */
export async function openChannel(
  bitcoind: Bitcoind,
  from: TestNode,
  to: TestNode,
  toAddress: string,
  params: object = {},
): Promise<string> {
  const id = await idOf(to);
  const { channels } = await from.rpc.call('listpeerchannels', [id]);
  await from.rpc.call('connect', [`${id}@${toAddress}`]);
  await fund(bitcoind, from);
  await mine(bitcoind, 1, from, to);
  await waitFor('the funds to be seen', async () => {
    const { outputs } = await from.rpc.call('listfunds');
    return outputs.some(({ status }) => status === 'confirmed') ? { done: undefined } : { seen: 'none' };
  });
  const opened = await from.rpc.call('fundchannel', { id, amount: '0.042btc', feerate: '253perkw', ...params });
  await mine(bitcoind, 1, from, to);
  await channelsReady(from, to, channels.filter(isUsable).length + 1);
  return opened.channel_id;
}

/** No payment is under way any more. */
export async function settled(...nodes: readonly TestNode[]): Promise<void> {
  for (const node of nodes)
    await waitFor('all HTLCs to be gone', async () => {
      const { channels } = await node.rpc.call('listpeerchannels');
      const htlcs = channels.flatMap((channel) => channel.htlcs ?? []);
      return htlcs.length === 0 ? { done: undefined } : { seen: JSON.stringify(htlcs) };
    });
}

let labels = 0;

/** An invoice with a label of its own. */
export async function invoice(node: TestNode, amountMsat: number | 'any', more: object = {}): Promise<string> {
  const label = `test-${++labels}`;
  return (await node.rpc.call('invoice', { amount_msat: amountMsat, label, description: label, ...more })).bolt11;
}

/** Pays an invoice that it makes first. */
export async function pay(from: TestNode, to: TestNode, amountMsat: number): Promise<void> {
  await from.rpc.call('xpay', [await invoice(to, amountMsat)]);
}
