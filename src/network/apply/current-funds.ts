import type { Bitcoind } from '../../daemons/bitcoind.js';
import type { LightningNode } from '../../nodes/node.js';
import { costOfAllSat } from '../limits.js';
import type { Network } from '../network.js';
import type { ChannelSpec } from '../spec.js';
import { outputsFor } from './funds.js';
import type { PresentChannel } from './present.js';

/**
 * What a new node has to be sent so that it has on chain, once it has opened its channels, what it has now; undefined where
 * that is what it gets when nothing is said of it. It is never less than its channels need.
 *
 * @param channels all there are
 * @param specs the same as a spec has them
 */
export async function fundOf(
  network: Network,
  node: LightningNode,
  channels: readonly PresentChannel[],
  specs: readonly ChannelSpec[],
): Promise<bigint | undefined> {
  const coins = (await node.funds()).filter(({ status }) => status !== 'spent');
  const hasSat = coins.reduce((sum, { amountMsat }) => sum + amountMsat, 0n) / 1_000n;
  const opened = channels.filter(({ from }) => from === node);
  const txids = new Set(opened.flatMap(({ channel: { funding } }) => (funding ? [funding.txid] : [])));
  const fees = await Promise.all(Array.from(txids, (txid) => feeSat(network.bitcoind, txid)));
  const spentSat = sum([...opened.map(({ channel }) => channel.capacityMsat / 1_000n), ...fees]);
  const own = specs.filter(({ from }) => from === node.name);
  const needSat = costOfAllSat(own);
  const fundSat = hasSat + spentSat > needSat ? hasSat + spentSat : needSat;
  return fundSat === sum(outputsFor(undefined, true, own)) ? undefined : fundSat;
}

/** What a transaction paid, where bitcoind still knows the outputs that it spent. */
async function feeSat(bitcoind: Bitcoind, txid: string): Promise<bigint> {
  const { fee = 0 } = await bitcoind.call<{ fee?: number }>('getrawtransaction', [txid, 2]);
  return BigInt(Math.round(fee * 1e8));
}

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
