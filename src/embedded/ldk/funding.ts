import * as ldk from '#ldk';
import { InsufficientFundsError, type Funded } from '../chain/wallet.js';
import type { Transaction } from '../bitcoin/transaction.js';
import { PLACEHOLDER_SCRIPT } from '../bitcoin/unfunded.js';
import { RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { userConfig } from './config.js';
import { err } from './convert.js';
import { bytesOf, hexOf, wireHash } from '../bitcoin/hex.js';
import type { Node } from './node.js';

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

const MIN_CHANNEL_SAT = 1_000n;
/** What the peer hears. */
const GIVEN_UP = 'The opening was given up';
const DISCONNECTED = 'Disconnected during opening';

/** Opens channels: coins first, then the peer's consent, then the transaction. */
export class Funding {
  readonly #node: Node;
  /** What is being opened, until both sides have signed. */
  readonly #pending = new Set<Pending>();

  constructor(node: Node) {
    this.#node = node;
  }

  /**
   * Opens a channel; resolves when its funding transaction has been sent.
   *
   * @throws {RpcError} with lightning-fundchannel(7)'s codes
   */
  async open(request: FundingRequest): Promise<FundingDone> {
    const { wallet, engine } = this.#node;
    if (request.amountSat !== 'all') assertNoDust(request.amountSat);
    const funded = await this.#fund(request);
    try {
      assertNoDust(funded.amountSat);
      if (request.pushMsat > funded.amountSat * 1000n)
        throw new RpcError(
          CODE.FUND_CANNOT_AFFORD,
          `Requested to push_msat of ${request.pushMsat}msat is greater than available funding amount ${funded.amountSat}sat`,
        );
      const { announce, minimumDepth } = request;
      const config = userConfig(this.#node.ctx.options, { announce, minimumDepth });
      const temporary = ldk.ChannelId.constructor_temporary_from_entropy_source(engine.keysManager.as_EntropySource());
      const done = this.#promise(hexOf(temporary.get_a()), request, funded);
      const created = await engine.act(() =>
        engine.manager.create_channel(
          bytesOf(request.peerId),
          funded.amountSat,
          request.pushMsat,
          0n,
          temporary,
          config,
        ),
      );
      if (!created.is_ok()) this.#fail(hexOf(temporary.get_a()), new RpcError(CODE.LIGHTNINGD, apiError(err(created))));
      const opened = await done;
      const refused = await this.#node.sent(opened.transaction.txid);
      if (refused === undefined) return opened;
      const why = `Error broadcasting funding transaction: ${refused}`;
      await this.#abandon(opened, request.peerId, why);
      throw new RpcError(CODE.FUNDING_BROADCAST_FAIL, why);
    } catch (error) {
      await wallet.release(funded).catch(() => {}); // bitcoind is away, or has spent them: they are not set aside then
      throw error;
    }
  }

  /** Undoes a channel that never will be one, in one turn: its funding transaction must not be sent later. */
  async #abandon({ channelId, transaction }: FundingDone, peerId: string, why: string): Promise<void> {
    const { engine, broadcaster, channels } = this.#node;
    broadcaster.forget(transaction);
    channels.forget(channelId);
    this.#node.notify('channel_open_failed', { channel_id: channelId });
    this.#close(channelId, peerId, why);
    await engine.schedule();
  }

  #promise(temporaryId: string, request: FundingRequest, funded: Funded): Promise<FundingDone> {
    const promise = new Promise<FundingDone>((resolve, reject) => {
      this.#pending.add({ temporaryId, request, funded, resolve, reject });
    });
    promise.catch(() => {}); // `open` hears of it where it waits
    return promise;
  }

  #find(id: string): Pending | undefined {
    return [...this.#pending].find(({ temporaryId, channelId }) => id === temporaryId || id === channelId);
  }

  async #fund(request: FundingRequest): Promise<Funded> {
    const { wallet } = this.#node;
    const { amountSat, feeratePerKw, minconf, utxos } = request;
    const all = amountSat === 'all';
    const coins =
      all && !utxos ? (await wallet.utxos()).filter((u) => !u.reserved && u.confirmations >= minconf) : undefined;
    const chosen = utxos ?? coins;
    const total = coins?.reduce((sum, { valueSat }) => sum + valueSat, 0n) ?? 0n;
    if (all && coins && total === 0n) throw cannotAfford('all', 0, 0n);
    const output = { valueSat: all ? total : amountSat, script: PLACEHOLDER_SCRIPT };
    try {
      return await wallet.fund([output], { feeratePerKw, minconf, utxos: chosen, all });
    } catch (error) {
      if (!(error instanceof InsufficientFundsError)) throw error;
      const usable = (await wallet.utxos()).filter((u) => !u.reserved && u.confirmations >= minconf);
      const sum = usable.reduce((total, { valueSat }) => total + valueSat, 0n);
      throw cannotAfford(all ? 'all' : `${amountSat}sat`, usable.length, all ? 0n : amountSat - sum);
    }
  }

  /** LDK wants the transaction for a channel that the peer has accepted. */
  onGenerationReady(event: ldk.Event_FundingGenerationReady): void {
    const id = hexOf(event.temporary_channel_id.get_a());
    const pending = this.#find(id);
    if (!pending) return;
    const { engine, wallet } = this.#node;
    const supply = async (): Promise<void> => {
      const transaction = await wallet.sign(pending.funded, event.output_script);
      pending.transaction = transaction;
      const { temporary_channel_id: temporary, counterparty_node_id: peer } = event;
      const given = await engine.act(() => {
        const result = engine.manager.funding_transaction_generated(temporary, peer, transaction.raw);
        // the channel's output is the first: it is what the coins were chosen for
        const channelId = ldk.ChannelId.constructor_v1_from_funding_txid(wireHash(transaction.txid), 0);
        if (result.is_ok()) pending.channelId = hexOf(channelId.get_a());
        return result;
      });
      if (!given.is_ok()) throw new RpcError(CODE.LIGHTNINGD, apiError(err(given)));
    };
    supply().catch((error: unknown) =>
      this.#cancel(pending, error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Both sides have signed: returns what was asked for, where we opened it. */
  onPending(event: ldk.Event_ChannelPending): FundingRequest | undefined {
    const id = hexOf(event.former_temporary_channel_id.get_a());
    const pending = this.#find(id);
    if (!pending?.transaction) return undefined;
    this.#pending.delete(pending);
    const done: FundingDone = {
      channelId: hexOf(event.channel_id.get_a()),
      transaction: pending.transaction,
      outnum: event.funding_txo.get_index(),
    };
    this.#node.engine.afterCommit(() => pending.resolve(done));
    return pending.request;
  }

  /** A channel closed before it was one. */
  onClosed(event: ldk.Event_ChannelClosed): void {
    const reason =
      event.reason instanceof ldk.ClosureReason_CounterpartyForceClosed
        ? `They sent error ${event.reason.peer_msg.get_a()}`
        : event.reason instanceof ldk.ClosureReason_DisconnectedPeer
          ? DISCONNECTED
          : event.reason.to_str();
    this.#fail(hexOf(event.channel_id.get_a()), new RpcError(CODE.LIGHTNINGD, reason));
  }

  /** The peer has gone: what is being opened with it is no longer, though LDK would try again when it is back. */
  onDisconnected(peerId: string): void {
    for (const pending of Array.from(this.#pending))
      if (pending.request.peerId === peerId) this.#cancel(pending, new RpcError(CODE.LIGHTNINGD, DISCONNECTED));
  }

  /** Fails an opening that LDK would go on with, unless it has failed before. */
  #cancel(pending: Pending, error: Error): void {
    if (!this.#pending.has(pending)) return;
    const { temporaryId, channelId, request } = pending;
    this.#fail(temporaryId, error);
    this.#close(channelId ?? temporaryId, request.peerId, GIVEN_UP);
  }

  /** Has LDK close a channel with the next turn, and tell the peer why. */
  #close(channelId: string, peerId: string, why: string): void {
    const { engine, log } = this.#node;
    const id = ldk.ChannelId.constructor_from_bytes(bytesOf(channelId));
    const closed = engine.guard(() => engine.manager.force_close_without_broadcasting_txn(id, bytesOf(peerId), why));
    if (!closed.is_ok()) log.debug(`channel ${channelId} is closed already: ${apiError(err(closed))}`);
    void engine.schedule();
  }

  #fail(id: string, error: Error): void {
    const pending = this.#find(id);
    if (!pending) return;
    this.#pending.delete(pending);
    this.#node.notify('channel_open_failed', { channel_id: id });
    void this.#node.engine.schedule();
    pending.reject(error);
  }
}

function assertNoDust(amountSat: bigint): void {
  if (amountSat < MIN_CHANNEL_SAT)
    throw new RpcError(CODE.FUND_OUTPUT_IS_DUST, `Output ${amountSat} satoshis would be dust`);
}

const cannotAfford = (amount: string, count: number, shortSat: bigint): RpcError =>
  new RpcError(
    CODE.FUND_CANNOT_AFFORD,
    `Could not afford ${amount} using all ${count} available UTXOs: ${shortSat > 0n ? shortSat : 0n}sat short`,
  );

/** The text of LDK's APIError. */
export function apiError(error: ldk.APIError): string {
  const text: unknown = Reflect.get(error, 'err');
  return typeof text === 'string' ? text : error.constructor.name.replace(/^APIError_/, '');
}
