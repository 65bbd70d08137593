import * as ldk from '#ldk';
import { bytesOf, hexOf } from '../bitcoin/hex.js';
import type { Node } from './node.js';

type Handler = (event: ldk.Event, node: Node) => void;
type EventClass<E extends ldk.Event> = abstract new (...args: never[]) => E;

/** One row of the table: what to do with an event of this class. */
const on = <E extends ldk.Event>(type: unknown, handle: (event: E, node: Node) => void): [EventClass<E>, Handler] => [
  type as EventClass<E>,
  handle as Handler,
];

const HANDLERS: readonly [EventClass<ldk.Event>, Handler][] = [
  on<ldk.Event_PendingHTLCsForwardable>(ldk.Event_PendingHTLCsForwardable, (_event, node) => node.engine.forwardSoon()),
  on<ldk.Event_PaymentClaimable>(ldk.Event_PaymentClaimable, (event, node) => node.receiving.onClaimable(event)),
  on<ldk.Event_PaymentClaimed>(ldk.Event_PaymentClaimed, (event, node) => {
    node.receiving.onClaimed(event);
    node.coinMovements.onClaimed(event);
  }),
  on<ldk.Event_PaymentSent>(ldk.Event_PaymentSent, (event, node) => node.payments.onSent(event)),
  on<ldk.Event_PaymentFailed>(ldk.Event_PaymentFailed, (event, node) => node.payments.onFailed(event)),
  on<ldk.Event_PaymentPathSuccessful>(ldk.Event_PaymentPathSuccessful, (event, node) => {
    node.payments.onPathSuccessful(event);
    node.coinMovements.onPathSuccessful(event);
  }),
  on<ldk.Event_PaymentPathFailed>(ldk.Event_PaymentPathFailed, (event, node) => node.payments.onPathFailed(event)),
  on<ldk.Event_PaymentForwarded>(ldk.Event_PaymentForwarded, (event, node) => {
    node.forwards.onForwarded(event);
    node.coinMovements.onForwarded(event);
  }),
  on<ldk.Event_HTLCHandlingFailed>(ldk.Event_HTLCHandlingFailed, (event, node) => {
    node.receiving.onFailed(event);
    node.forwards.onFailed(event);
  }),
  on<ldk.Event_FundingGenerationReady>(ldk.Event_FundingGenerationReady, (event, node) =>
    node.funding.onGenerationReady(event),
  ),
  on<ldk.Event_ChannelPending>(ldk.Event_ChannelPending, (event, node) => {
    const request = node.funding.onPending(event);
    const pushed = request ? Number(request.pushMsat) : node.acceptance.pushedMsat(event);
    node.channels.onPending(event, pushed, request?.minimumDepth);
  }),
  on<ldk.Event_ChannelReady>(ldk.Event_ChannelReady, (event, node) => node.channels.onReady(event)),
  on<ldk.Event_ChannelClosed>(ldk.Event_ChannelClosed, (event, node) => {
    node.funding.onClosed(event);
    node.channels.onClosed(event);
    node.engine.afterCommit(() => node.neverFunded.look());
  }),
  on<ldk.Event_OpenChannelRequest>(ldk.Event_OpenChannelRequest, (event, node) => node.acceptance.onRequest(event)),
  on<ldk.Event_SpendableOutputs>(ldk.Event_SpendableOutputs, (event, node) => node.sweeper.onSpendable(event)),
  on<ldk.Event_ConnectionNeeded>(ldk.Event_ConnectionNeeded, (event, node) =>
    node.log.debug(`LDK would like a connection to ${hexOf(event.node_id)}`),
  ),
];

/** What the node does with each of LDK's events; those that are not in the table need nothing. */
export function handleEvent(event: ldk.Event, node: Node): void {
  const row = HANDLERS.find(([type]) => event instanceof type);
  if (row) row[1](event, node);
  else node.log.trace(`LDK event ${event.constructor.name}`);
}

/** Whether a channel is welcome, and can be used before its funding transaction is in a block. */
type Verdict = 'accept' | 'accept at once' | { readonly refusal: string };

/** Asks the plugins whether a channel that a peer wants to open is welcome. */
export class Acceptance {
  readonly #node: Node;
  readonly #pushedMsat = new Map<string, number>();

  constructor(node: Node) {
    this.#node = node;
  }

  /** What the opener gave us with a channel that has just become one. */
  pushedMsat(event: ldk.Event_ChannelPending): number {
    const id = hexOf(event.former_temporary_channel_id.get_a());
    const pushed = this.#pushedMsat.get(id) ?? 0;
    this.#pushedMsat.delete(id);
    return pushed;
  }

  onRequest(event: ldk.Event_OpenChannelRequest): void {
    const id = hexOf(event.temporary_channel_id.get_a());
    const funds = event.channel_negotiation_type;
    if (funds instanceof ldk.InboundChannelFunds_PushMsat) this.#pushedMsat.set(id, Number(funds.push_msat));
    const decide = async (): Promise<void> => {
      const verdict = await this.#ask(event);
      const { engine } = this.#node;
      const peer = event.counterparty_node_id;
      const channel = ldk.ChannelId.constructor_from_bytes(bytesOf(id));
      const { manager } = engine;
      const done = await engine.act(() => {
        if (verdict === 'accept') return manager.accept_inbound_channel(channel, peer, 0n);
        return verdict === 'accept at once'
          ? manager.accept_inbound_channel_from_trusted_peer_0conf(channel, peer, 0n)
          : manager.force_close_without_broadcasting_txn(channel, peer, verdict.refusal);
      });
      if (!done.is_ok()) this.#node.log.debug(`channel ${id} of ${hexOf(peer)} went away before it was accepted`);
    };
    decide().catch((error: unknown) => this.#node.log.broken(`accepting channel ${id}: ${String(error)}`));
  }

  async #ask(event: ldk.Event_OpenChannelRequest): Promise<Verdict> {
    const { ctx, log } = this.#node;
    if (!ctx.hasHook('openchannel')) return 'accept';
    const { params } = event;
    const funds = event.channel_negotiation_type;
    const answer = await ctx.ask('openchannel', {
      openchannel: {
        id: hexOf(event.counterparty_node_id),
        funding_msat: Number(event.funding_satoshis * 1000n),
        push_msat: funds instanceof ldk.InboundChannelFunds_PushMsat ? Number(funds.push_msat) : 0,
        dust_limit_msat: Number(params.get_dust_limit_satoshis() * 1000n),
        max_htlc_value_in_flight_msat: Number(params.get_max_htlc_value_in_flight_msat()),
        channel_reserve_msat: 0,
        htlc_minimum_msat: Number(params.get_htlc_minimum_msat()),
        feerate_per_kw: params.get_commitment_feerate_sat_per_1000_weight(),
        to_self_delay: params.get_to_self_delay(),
        max_accepted_htlcs: params.get_max_accepted_htlcs(),
        channel_flags: event.is_announced ? 1 : 0,
        channel_type: { bits: [12], names: ['static_remotekey/even'] },
      },
    });
    const { error_message: why, mindepth, close_to: closeTo, reserve } = answer;
    if (answer.result === 'reject') return { refusal: typeof why === 'string' ? why : 'Channel rejected by plugin' };
    for (const [name, value] of Object.entries({ mindepth: mindepth || undefined, close_to: closeTo, reserve }))
      if (value !== undefined)
        log.unusual(`openchannel hook: ${name} ${JSON.stringify(value)} is ignored: LDK takes its own`);
    return mindepth === 0 ? 'accept at once' : 'accept';
  }
}
