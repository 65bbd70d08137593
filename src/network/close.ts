import { formatMsat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';
import { waitFor, type WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import { isBitcoinError } from '../rpc/bitcoind.js';
import { LightningRpcError } from '../rpc/lightning-socket.js';
import type { LightningMethods, PeerChannel } from '../rpc/lightning-types.js';
import { waitForMempool } from './channels.js';
import type { LightningNode } from './node.js';

export interface CloseOptions {
  /** The short channel id or channel id of the one to close, where two nodes have several. */
  readonly channel?: string | undefined;
  /** Close it with the commitment transaction of `from`, without asking the other end. */
  readonly force?: boolean | undefined;
}

/** A channel that is closed, with names as lightning-close(7) has them. */
export interface ClosedChannel {
  readonly type: 'mutual' | 'unilateral' | 'unopened';
  /** Of the transaction that closes it; undefined where there is none, as the channel was never funded. */
  readonly txid: string | undefined;
  readonly short_channel_id: string | null;
  readonly channel_id: string;
}

/** The states of a channel that nobody closes yet (lightning-listpeerchannels(7)). */
const OPEN = /^(OPENINGD|CHANNELD_AWAITING_LOCKIN|CHANNELD_NORMAL|CHANNELD_AWAITING_SPLICE|DUALOPEND_.*)$/;
/** What lightningd is told where it cannot close by force at once: after so many seconds without the other end. */
const UNILATERAL_AFTER_S = 1;

const nameOf = ({ short_channel_id, channel_id }: PeerChannel): string => short_channel_id ?? channel_id!;

/**
 * The one channel between two nodes that is meant.
 *
 * @throws {LnPlayError} INVALID where there is none, or several and none is named
 */
export async function channelToClose(
  from: LightningNode,
  to: LightningNode,
  named: string | undefined,
): Promise<PeerChannel> {
  // one that is named is found also where the other end is down, and can't tell its id
  const peerId = named !== undefined && !to.lightningd.daemon.attach() ? undefined : await to.id();
  const open = (await from.channels(peerId)).filter(({ state }) => OPEN.test(state));
  const meant = open.filter((each) => named === undefined || [each.short_channel_id, each.channel_id].includes(named));
  if (meant.length === 1) return meant[0]!;
  const ends = `${from.name} and ${to.name}`;
  if (open.length === 0)
    throw new LnPlayError('INVALID', `There is no open channel between ${ends}`, {
      hint: 'see the channels with `ln-play status`',
    });
  const details = open.map((each) => `${nameOf(each)}  ${formatMsat(BigInt(each.total_msat ?? 0))}  ${each.state}`);
  const example = `ln-play close ${from.name} ${to.name} --channel ${nameOf(open[0]!)}`;
  throw named === undefined
    ? new LnPlayError('INVALID', `${ends} have ${open.length} channels`, { details, hint: `say which: ${example}` })
    : new LnPlayError('INVALID', `There is no open channel ${named} between ${ends}`, {
        details,
        hint: `name one that there is: ${example}`,
      });
}

/** Closes a channel; its transaction is in bitcoind's mempool when this returns. */
export async function closeChannel(
  bitcoind: Bitcoind,
  from: LightningNode,
  channel: PeerChannel,
  force: boolean,
  wait: WaitOptions,
): Promise<ClosedChannel> {
  const ids = { short_channel_id: channel.short_channel_id ?? null, channel_id: channel.channel_id! };
  if (force && (await failAtOnce(from, channel)))
    return { type: 'unilateral', txid: await spenderOf(bitcoind, channel, wait), ...ids };
  const params = { id: channel.channel_id!, ...(force && { unilateraltimeout: UNILATERAL_AFTER_S }) };
  const closed: LightningMethods['close'] = await from.lightningd.daemon.guard(() =>
    from.rpc.call('close', params, wait),
  );
  const txid = closed.txids?.at(-1) ?? closed.txid;
  if (txid === undefined || !(await isKnown(bitcoind, channel.funding_txid)))
    return { type: closed.type, txid: undefined, ...ids };
  await waitForMempool(bitcoind, txid, wait);
  return { type: closed.type, txid, ...ids };
}

/**
 * Has a node go on chain at once: `dev-fail`, which lightningd has for developers, and for a peer's only channel.
 *
 * @returns whether it does
 */
async function failAtOnce(from: LightningNode, { peer_id: id }: PeerChannel): Promise<boolean> {
  try {
    await from.lightningd.daemon.guard(() => from.rpc.call('dev-fail', { id }));
    return true;
  } catch (error) {
    if (error instanceof LightningRpcError) return false;
    throw error;
  }
}

/** Waits until a transaction that spends a channel's funding is in bitcoind's mempool. @returns its txid */
async function spenderOf(
  bitcoind: Bitcoind,
  { funding_txid: txid, funding_outnum: vout }: PeerChannel,
  wait: WaitOptions,
): Promise<string> {
  return await waitFor<string>(
    `bitcoind to have the transaction that closes the channel of ${txid}`,
    async () => {
      const params = [[{ txid, vout }]];
      const ask = () => bitcoind.rpc.call<{ spendingtxid?: string }[]>('gettxspendingprevout', params);
      const [spent] = await bitcoind.daemon.guard(ask);
      return spent?.spendingtxid === undefined ? { seen: 'none in its mempool' } : { done: spent.spendingtxid };
    },
    wait,
  );
}

/** Whether bitcoind has a transaction: what spends one that it never took can't be sent. */
export async function isKnown({ daemon, rpc }: Bitcoind, txid: string | undefined): Promise<boolean> {
  try {
    await daemon.guard(() => rpc.call('getrawtransaction', [txid]));
    return true;
  } catch (error) {
    if (isBitcoinError(error, 'INVALID_ADDRESS_OR_KEY')) return false;
    throw error;
  }
}
