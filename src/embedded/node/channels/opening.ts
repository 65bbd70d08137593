import { PLACEHOLDER_SCRIPT } from '../../bitcoin/unfunded.js';
import type { Transaction } from '../../bitcoin/transaction.js';
import { InsufficientFundsError, type Funded, type Wallet } from '../../chain/wallet.js';
import type { Log } from '../../context.js';
import type { LdkChannels } from '../../ldk/channels.js';
import { DISCONNECTED, type PendingEvent, type ClosedEvent } from '../../ldk/event-types.js';
import type { Turn, Tx } from '../../store/turns.js';
import { cannotAfford, NodeError } from '../errors.js';
import type { Tell } from '../tell.js';
import type { Channels } from './record.js';

export interface FundingRequest {
  readonly peerId: string;
  readonly amountSat: bigint | 'all';
  readonly feeratePerKw: number;
  readonly announce: boolean;
  readonly minconf: number;
  readonly pushMsat: bigint;
  readonly minimumDepth: number | undefined;
  readonly utxos: readonly { readonly txid: string; readonly vout: number }[] | undefined;
}

export interface FundingDone {
  readonly channelId: string;
  readonly transaction: Transaction;
  readonly outnum: number;
}

interface Pending {
  readonly temporaryId: string;
  /** What it is called from the moment on when LDK has the transaction. */
  channelId?: string;
  readonly request: FundingRequest;
  readonly funded: Funded;
  readonly resolve: (done: FundingDone) => void;
  readonly reject: (error: Error) => void;
  transaction?: Transaction;
}

export interface OpeningParts {
  readonly turn: Turn;
  readonly log: Log;
  readonly tell: Tell;
  readonly wallet: Pick<Wallet, 'fund' | 'sign' | 'release' | 'utxos'>;
  readonly ldk: Pick<LdkChannels, 'temporaryId' | 'create' | 'fund' | 'drop'>;
  readonly channels: Pick<Channels, 'forget'>;
  readonly transactions: {
    readonly forget: (tx: Tx, transaction: Transaction) => void;
    /** Resolves when bitcoind has a transaction of LDK's: to undefined, or to why it refused. */
    readonly sent: (txid: string) => Promise<string | undefined>;
  };
}

const MIN_CHANNEL_SAT = 1_000n;
/** What the peer hears. */
const GIVEN_UP = 'The opening was given up';

/** Opens channels: coins first, then the peer's consent, then the transaction. */
export class Opening {
  readonly #parts: OpeningParts;
  /** What is being opened, until both sides have signed. */
  readonly #pending = new Set<Pending>();

  constructor(parts: OpeningParts) {
    this.#parts = parts;
  }

  /**
   * Opens a channel; resolves when its funding transaction has been sent.
   *
   * @throws {NodeError} with lightning-fundchannel(7)'s codes
   */
  async open(request: FundingRequest): Promise<FundingDone> {
    const { wallet, ldk, turn, transactions } = this.#parts;
    if (request.amountSat !== 'all') assertNoDust(request.amountSat);
    const funded = await this.#fund(request);
    try {
      assertNoDust(funded.amountSat);
      const { peerId, announce, minimumDepth, pushMsat } = request;
      const { amountSat } = funded;
      if (pushMsat > amountSat * 1000n)
        throw new NodeError(
          'FUND_CANNOT_AFFORD',
          `Requested to push_msat of ${pushMsat}msat is greater than available funding amount ${amountSat}sat`,
        );
      const temporaryId = ldk.temporaryId();
      const done = this.#promise(temporaryId, request, funded);
      await turn((tx) => {
        const refused = ldk.create({ channelId: temporaryId, peerId, amountSat, pushMsat, announce, minimumDepth });
        if (refused !== undefined) this.#fail(tx, temporaryId, new NodeError('LIGHTNINGD', refused));
      });
      const opened = await done;
      const refused = await transactions.sent(opened.transaction.txid);
      if (refused === undefined) return opened;
      const why = `Error broadcasting funding transaction: ${refused}`;
      await turn((tx) => this.#abandon(tx, opened, peerId, why));
      throw new NodeError('FUNDING_BROADCAST_FAIL', why);
    } catch (error) {
      await wallet.release(funded).catch(() => {}); // bitcoind is away, or has spent them: they are not set aside then
      throw error;
    }
  }

  /** LDK wants the transaction for a channel that the peer has accepted. */
  onFundingWanted(temporaryId: string, script: Uint8Array): void {
    const pending = this.#find(temporaryId);
    if (!pending) return;
    this.#supply(pending, script).catch((error: unknown) =>
      this.#parts.turn((tx) => this.#cancel(tx, pending, error instanceof Error ? error : new Error(String(error)))),
    );
  }

  /** Both sides have signed: returns what was asked for, if we opened it. */
  onPending(tx: Tx, { temporaryId, channelId, fundingOutnum }: PendingEvent): FundingRequest | undefined {
    const pending = this.#find(temporaryId);
    if (!pending?.transaction) return undefined;
    this.#pending.delete(pending);
    const done: FundingDone = { channelId, transaction: pending.transaction, outnum: fundingOutnum };
    tx.afterCommit(() => pending.resolve(done));
    return pending.request;
  }

  /** A channel closed before it was one. */
  onClosed(tx: Tx, { channelId, whyNotOpened }: ClosedEvent): void {
    this.#fail(tx, channelId, new NodeError('LIGHTNINGD', whyNotOpened));
  }

  /** The peer has gone: what is being opened with it is no longer, though LDK would try again when it is back. */
  onDisconnected(tx: Tx, peerId: string): void {
    for (const pending of Array.from(this.#pending))
      if (pending.request.peerId === peerId) this.#cancel(tx, pending, new NodeError('LIGHTNINGD', DISCONNECTED));
  }

  async #supply(pending: Pending, script: Uint8Array): Promise<void> {
    const { wallet, ldk, turn } = this.#parts;
    const { temporaryId, request } = pending;
    const transaction = await wallet.sign(pending.funded, script);
    pending.transaction = transaction;
    const given = await turn(() => {
      // the channel's output is the first: it is what the coins were chosen for
      const result = ldk.fund({ channelId: temporaryId, peerId: request.peerId }, transaction);
      if ('channelId' in result) pending.channelId = result.channelId;
      return result;
    });
    if ('refused' in given) throw new NodeError('LIGHTNINGD', given.refused);
  }

  /** Undoes a channel that never will be one, in one turn: its funding transaction must not be sent later. */
  #abandon(tx: Tx, { channelId, transaction }: FundingDone, peerId: string, why: string): void {
    const { transactions, channels, tell } = this.#parts;
    transactions.forget(tx, transaction);
    channels.forget(tx, channelId);
    tell(tx, 'channel_open_failed', { channel_id: channelId });
    this.#drop(channelId, peerId, why);
  }

  #promise(temporaryId: string, request: FundingRequest, funded: Funded): Promise<FundingDone> {
    const promise = new Promise<FundingDone>((resolve, reject) => {
      this.#pending.add({ temporaryId, request, funded, resolve, reject });
    });
    promise.catch(() => {}); // `open` hears of it, if it waits
    return promise;
  }

  #find(id: string): Pending | undefined {
    return [...this.#pending].find(({ temporaryId, channelId }) => id === temporaryId || id === channelId);
  }

  async #fund(request: FundingRequest): Promise<Funded> {
    const { wallet } = this.#parts;
    const { amountSat, feeratePerKw, minconf, utxos } = request;
    const all = amountSat === 'all';
    const usable = async () => (await wallet.utxos()).filter((u) => !u.reserved && u.confirmations >= minconf);
    const coins = all && !utxos ? await usable() : undefined;
    const total = coins?.reduce((sum, { valueSat }) => sum + valueSat, 0n) ?? 0n;
    if (coins && total === 0n) throw cannotAfford(undefined, 0, 0n);
    const output = { valueSat: all ? total : amountSat, script: PLACEHOLDER_SCRIPT };
    try {
      return await wallet.fund([output], { feeratePerKw, minconf, utxos: utxos ?? coins, all });
    } catch (error) {
      if (!(error instanceof InsufficientFundsError)) throw error;
      const there = await usable();
      const haveSat = there.reduce((sum, { valueSat }) => sum + valueSat, 0n);
      throw cannotAfford(all ? undefined : amountSat, there.length, haveSat);
    }
  }

  /** Fails an opening that LDK would go on with, unless it has failed before. */
  #cancel(tx: Tx, pending: Pending, error: Error): void {
    if (!this.#pending.has(pending)) return;
    const { temporaryId, channelId, request } = pending;
    this.#fail(tx, temporaryId, error);
    this.#drop(channelId ?? temporaryId, request.peerId, GIVEN_UP);
  }

  /** Has LDK drop a channel, and tell the peer why. */
  #drop(channelId: string, peerId: string, why: string): void {
    const refused = this.#parts.ldk.drop({ channelId, peerId }, why);
    if (refused !== undefined) this.#parts.log.debug(`channel ${channelId} is closed already: ${refused}`);
  }

  #fail(tx: Tx, id: string, error: Error): void {
    const pending = this.#find(id);
    if (!pending) return;
    this.#pending.delete(pending);
    this.#parts.tell(tx, 'channel_open_failed', { channel_id: id });
    pending.reject(error);
  }
}

function assertNoDust(amountSat: bigint): void {
  if (amountSat < MIN_CHANNEL_SAT)
    throw new NodeError('FUND_OUTPUT_IS_DUST', `Output ${amountSat} satoshis would be dust`);
}
