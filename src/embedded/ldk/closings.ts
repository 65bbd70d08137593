import { setTimeout as delay } from 'node:timers/promises';
import * as ldk from '#ldk';
import { MAX_TIMER_MS } from '../../core/timers.js';
import { outpointName, type Transaction } from '../bitcoin/transaction.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import type { ChannelState } from './channels.js';
import { err } from './convert.js';
import { bytesOf } from '../bitcoin/hex.js';
import { apiError } from './funding.js';
import type { Node } from './node.js';
import { shutdownScript } from './signers.js';

export interface ClosingRequest {
  readonly channelId: string;
  /** After this long without the peer's agreement the channel is closed by force; 0 is never. */
  readonly unilateralAfterMs: number;
  /** Where our part goes; the wallet where it is undefined. */
  readonly destination: Uint8Array | undefined;
}

export interface ClosingDone {
  readonly type: 'mutual' | 'unilateral' | 'unopened';
  readonly transactions: readonly Transaction[];
}

/** The states of a channel that is not closed yet. */
const OPEN: readonly ChannelState[] = [
  'OPENINGD',
  'CHANNELD_AWAITING_LOCKIN',
  'CHANNELD_NORMAL',
  'CHANNELD_SHUTTING_DOWN',
  'CLOSINGD_SIGEXCHANGE',
];
const NEVER = new AbortController().signal;
/** How often a peer that is away is looked for. */
const RETRY_MS = 100;

/** Closes channels, and finds the transactions that do. */
export class Closings {
  readonly #node: Node;
  /** By the outpoint that they spend: what LDK has had us send. */
  readonly #transactions = new Map<string, Transaction>();

  constructor(node: Node) {
    this.#node = node;
  }

  /** Looks whether a transaction that LDK sends closes a channel. */
  onBroadcast(transaction: Transaction): void {
    for (const input of transaction.inputs) this.#transactions.set(outpointName(input), transaction);
  }

  /** A block has spent an outpoint: forgets what we sent to spend it, and returns that. */
  onSpent(outpoint: string): Transaction | undefined {
    const transaction = this.#transactions.get(outpoint);
    this.#transactions.delete(outpoint);
    return transaction;
  }

  /**
   * Closes a channel together with the peer; by force when the time is over.
   *
   * @throws {RpcError} with lightning-close(7)'s codes
   */
  async close(request: ClosingRequest): Promise<ClosingDone> {
    const { channels, engine } = this.#node;
    const script = request.destination && shutdownScript(request.destination);
    if (request.destination && !script)
      throw new RpcError(CODE.INVALID_PARAMS, 'destination: a channel can close to a segwit address alone');
    const record = channels.get(request.channelId)!;
    const peer = bytesOf(record.peerId);
    const id = ldk.ChannelId.constructor_from_bytes(bytesOf(request.channelId));
    channels.update(request.channelId, { closeCause: 'user', closer: 'local' });
    let forced = false;
    const force = async (): Promise<void> => {
      forced = true;
      await this.force(request.channelId, 'Forcibly closed by `close` command timeout');
    };
    const timer =
      request.unilateralAfterMs > 0
        ? setTimeout(() => void force(), Math.min(request.unilateralAfterMs, MAX_TIMER_MS))
        : undefined;
    try {
      await this.#agree(request.channelId, () =>
        script
          ? engine.manager.close_channel_with_feerate_and_script(id, peer, ldk.Option_u32Z.constructor_none(), script)
          : engine.manager.close_channel(id, peer),
      );
    } finally {
      clearTimeout(timer);
    }
    const transaction = this.#transactions.get(outpointName({ txid: record.fundingTxid, vout: record.fundingOutnum }));
    if (transaction) await this.#node.sent(transaction.txid);
    const unilateral = forced || channels.get(request.channelId)?.state === 'AWAITING_UNILATERAL';
    return { type: unilateral ? 'unilateral' : 'mutual', transactions: transaction ? [transaction] : [] };
  }

  /** Closes a channel with our commitment transaction, without asking the peer. */
  async force(channelId: string, why: string): Promise<void> {
    const { channels, engine, log } = this.#node;
    const peer = bytesOf(channels.get(channelId)!.peerId);
    const id = ldk.ChannelId.constructor_from_bytes(bytesOf(channelId));
    channels.update(channelId, { closeCause: 'user', closer: 'local' });
    const done = await engine.act(() => engine.manager.force_close_broadcasting_latest_txn(id, peer, why));
    if (!done.is_ok()) log.debug(`forced close: ${apiError(err(done))}`);
  }

  /** Resolves when the channel is closed. As lightningd it waits for a peer that is away. */
  async #agree(channelId: string, begin: () => ldk.Result_NoneAPIErrorZ): Promise<void> {
    const { channels, engine, changes } = this.#node;
    const isClosed = (): true | undefined => (OPEN.includes(channels.get(channelId)!.state) ? undefined : true);
    let told = '';
    while (!isClosed()) {
      const begun = await engine.act(begin);
      if (begun.is_ok()) {
        channels.moveTo(channelId, 'CHANNELD_SHUTTING_DOWN', 'user', 'User or plugin invoked close command');
        await changes.until(isClosed, NEVER);
        return;
      }
      const why = err<ldk.APIError>(begun);
      if (why instanceof ldk.APIError_IncompatibleShutdownScript) throw new RpcError(CODE.LIGHTNINGD, apiError(why));
      if (apiError(why) !== told) this.#node.log.debug(`close: ${apiError(why)}`);
      told = apiError(why);
      // LDK does not tell when the peer is back and the channel is established again
      await delay(RETRY_MS, undefined, { ref: false });
    }
  }
}
