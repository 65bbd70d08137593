import { setTimeout as delay } from 'node:timers/promises';
import { MAX_TIMER_MS } from '../../../core/timers.js';
import { canCloseTo } from '../../bitcoin/scripts.js';
import { outpointName, type Transaction } from '../../bitcoin/transaction.js';
import type { Log } from '../../context.js';
import type { LdkChannels } from '../../ldk/channels.js';
import type { Turn, Tx } from '../../store/turns.js';
import { NodeError } from '../errors.js';
import type { Waiters } from '../waiters.js';
import { OPEN_STATES, type Channels } from './record.js';

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

export interface ClosingParts {
  readonly turn: Turn;
  readonly log: Log;
  readonly ldk: Pick<LdkChannels, 'close' | 'forceClose'>;
  readonly channels: Pick<Channels, 'get' | 'update' | 'moveTo'>;
  readonly changes: Waiters;
  /** Resolves when bitcoind has a transaction of LDK's. */
  readonly sent: (txid: string) => Promise<unknown>;
}

const NEVER = new AbortController().signal;
/** How often a peer that is away is looked for. */
const RETRY_MS = 100;

/** Closes channels, and finds the transactions that do. */
export class Closing {
  readonly #parts: ClosingParts;
  /** By the outpoint that they spend: what LDK has had us send, until a block has it. */
  readonly #transactions = new Map<string, Transaction>();

  constructor(parts: ClosingParts) {
    this.#parts = parts;
  }

  /** Looks whether a transaction that LDK sends closes a channel. */
  onBroadcast(transaction: Transaction): void {
    for (const input of transaction.inputs) this.#transactions.set(outpointName(input), transaction);
  }

  /** A block has spent these outpoints. */
  onSpent(outpoints: Iterable<string>): void {
    for (const outpoint of outpoints) this.#transactions.delete(outpoint);
  }

  /**
   * Closes a channel together with the peer; by force when the time is over.
   *
   * @throws {NodeError} with lightning-close(7)'s codes
   */
  async close({ channelId, unilateralAfterMs, destination }: ClosingRequest): Promise<ClosingDone> {
    const { channels, sent } = this.#parts;
    if (destination && !canCloseTo(destination))
      throw new NodeError('INVALID_PARAMS', 'destination: a channel can only close to a segwit address');
    const record = channels.get(channelId)!;
    let forced = false;
    const force = (): void => {
      forced = true;
      void this.force(channelId, 'Forcibly closed by `close` command timeout');
    };
    const timer = unilateralAfterMs > 0 ? setTimeout(force, Math.min(unilateralAfterMs, MAX_TIMER_MS)) : undefined;
    try {
      await this.#agree(channelId, destination);
    } finally {
      clearTimeout(timer);
    }
    const transaction = this.#transactions.get(outpointName({ txid: record.fundingTxid, vout: record.fundingOutnum }));
    if (transaction) await sent(transaction.txid);
    const unilateral = forced || channels.get(channelId)?.state === 'AWAITING_UNILATERAL';
    return { type: unilateral ? 'unilateral' : 'mutual', transactions: transaction ? [transaction] : [] };
  }

  /** Closes a channel with our commitment transaction, without asking the peer. */
  async force(channelId: string, why: string): Promise<void> {
    const { channels, ldk, turn, log } = this.#parts;
    const refused = await turn((tx) => {
      channels.update(tx, channelId, { closeCause: 'user', closer: 'local' });
      return ldk.forceClose({ channelId, peerId: channels.get(channelId)!.peerId }, why);
    });
    if (refused !== undefined) log.debug(`forced close: ${refused}`);
  }

  /** Resolves when the channel is closed. As lightningd it waits for a peer that is away. */
  async #agree(channelId: string, script: Uint8Array | undefined): Promise<void> {
    const { channels, turn, changes, log } = this.#parts;
    const isClosed = (): true | undefined => (OPEN_STATES.includes(channels.get(channelId)!.state) ? undefined : true);
    let told = '';
    while (!isClosed()) {
      const begun = await turn((tx) => this.#begin(tx, channelId, script));
      if (begun === undefined) {
        await changes.until(isClosed, NEVER);
        return;
      }
      if (begun.isScript) throw new NodeError('LIGHTNINGD', begun.refused);
      if (begun.refused !== told) log.debug(`close: ${begun.refused}`);
      told = begun.refused;
      // LDK does not tell when the peer is back and the channel is established again
      await delay(RETRY_MS, undefined, { ref: false });
    }
  }

  #begin(tx: Tx, channelId: string, script: Uint8Array | undefined): ReturnType<LdkChannels['close']> {
    const { channels, ldk } = this.#parts;
    channels.update(tx, channelId, { closeCause: 'user', closer: 'local' });
    const refused = ldk.close({ channelId, peerId: channels.get(channelId)!.peerId }, script);
    if (refused === undefined)
      channels.moveTo(tx, channelId, 'CHANNELD_SHUTTING_DOWN', 'user', 'User or plugin invoked close command');
    return refused;
  }
}
