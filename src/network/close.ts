import { formatMsat } from '../core/amounts.js';
import { LnPlayError } from '../core/errors.js';
import type { WaitOptions } from '../core/wait.js';
import type { Bitcoind } from '../daemons/bitcoind.js';
import type { Channel, ChannelPhase, Closing, LightningNode } from '../nodes/node.js';
import { isKnown, waitForMempool, waitForSpender } from './chain.js';

export interface CloseOptions {
  /** The short channel id or channel id of the one to close, where two nodes have several. */
  readonly channel?: string | undefined;
  /** Close it with the commitment transaction of `from`, without asking the other end. */
  readonly force?: boolean | undefined;
}

/** A channel that is closed, with names as lightning-close(7) has them. */
export interface ClosedChannel {
  readonly type: Closing['type'];
  /** Of the transaction that closes it; undefined if there is none, as the channel was never funded. */
  readonly txid: string | undefined;
  readonly short_channel_id: string | null;
  readonly channel_id: string;
}

/** The phases of a channel that nobody closes yet. */
const OPEN: ReadonlySet<ChannelPhase> = new Set(['opening', 'awaiting-funding', 'normal']);

const nameOf = ({ shortChannelId, id }: Channel): string => shortChannelId ?? id!;

/**
 * The one channel between two nodes that is meant.
 *
 * @throws {LnPlayError} INVALID if there is none, or several and none is named
 */
export async function channelToClose(
  from: LightningNode,
  to: LightningNode,
  named: string | undefined,
): Promise<Channel> {
  // one that is named is found also where the other end is down, and can't tell its id
  const peerId = named !== undefined && !to.daemon.attach() ? undefined : await to.id();
  const open = (await from.channels(peerId)).filter(({ phase }) => OPEN.has(phase));
  const meant = open.filter((each) => named === undefined || [each.shortChannelId, each.id].includes(named));
  if (meant.length === 1) return meant[0]!;
  const ends = `${from.name} and ${to.name}`;
  if (open.length === 0)
    throw new LnPlayError('INVALID', `There is no open channel between ${ends}`, {
      hint: 'see the channels with `ln-play status`',
    });
  const details = open.map((each) => `${nameOf(each)}  ${formatMsat(each.capacityMsat)}  ${each.state}`);
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
  channel: Channel,
  force: boolean,
  wait: WaitOptions,
): Promise<ClosedChannel> {
  const { shortChannelId: short_channel_id = null, id, funding } = channel;
  const { type, txid } = await from.close(channel, { force }, wait);
  const closed = (by: string | undefined): ClosedChannel => ({ type, txid: by, short_channel_id, channel_id: id! });
  // what spends a transaction that bitcoind never took can't be sent
  if (type === 'unopened' || !funding || !(await isKnown(bitcoind, funding.txid))) return closed(undefined);
  if (txid === undefined) return closed(await waitForSpender(bitcoind, funding, wait));
  await waitForMempool(bitcoind, txid, wait);
  return closed(txid);
}
