import type { Context, Log } from '../../context.js';
import type { LdkChannels } from '../../ldk/channels.js';
import type { OpenRequestEvent } from '../../ldk/event-types.js';
import type { Turn } from '../../store/turns.js';

export interface AcceptanceParts {
  readonly turn: Turn;
  readonly log: Log;
  readonly hooks: Pick<Context, 'ask' | 'hasHook'>;
  readonly ldk: Pick<LdkChannels, 'accept' | 'acceptAtOnce' | 'drop'>;
}

/** Whether a channel is welcome, and can be used before its funding transaction is in a block. */
type Verdict = 'accept' | 'accept at once' | { readonly refusal: string };

/** Asks the plugins whether a channel that a peer wants to open is welcome. */
export class Acceptance {
  readonly #parts: AcceptanceParts;
  readonly #pushedMsat = new Map<string, number>();

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
  }

  /** What the opener gave us with a channel that has just become one. */
  takePushedMsat(temporaryId: string): number {
    const pushed = this.#pushedMsat.get(temporaryId) ?? 0;
    this.#pushedMsat.delete(temporaryId);
    return pushed;
  }

  /** A channel closed, perhaps before it was one. */
  onClosed(temporaryId: string): void {
    this.#pushedMsat.delete(temporaryId);
  }

  onRequest(event: OpenRequestEvent): void {
    const { temporaryId, pushMsat } = event;
    if (pushMsat > 0) this.#pushedMsat.set(temporaryId, pushMsat);
    this.#decide(event).catch((error: unknown) =>
      this.#parts.log.broken(`accepting channel ${temporaryId}: ${String(error)}`),
    );
  }

  async #decide(event: OpenRequestEvent): Promise<void> {
    const { turn, ldk, log } = this.#parts;
    const verdict = await this.#ask(event);
    const { temporaryId, peerId } = event;
    const name = { channelId: temporaryId, peerId };
    const gone = await turn(() => {
      if (verdict === 'accept') return ldk.accept(name);
      return verdict === 'accept at once' ? ldk.acceptAtOnce(name) : ldk.drop(name, verdict.refusal);
    });
    if (gone !== undefined) log.debug(`channel ${temporaryId} of ${peerId} went away before it was accepted`);
  }

  async #ask(event: OpenRequestEvent): Promise<Verdict> {
    const { hooks, log } = this.#parts;
    if (!hooks.hasHook('openchannel')) return 'accept';
    const answer = await hooks.ask('openchannel', {
      openchannel: {
        id: event.peerId,
        funding_msat: event.fundingMsat,
        push_msat: event.pushMsat,
        dust_limit_msat: event.dustLimitMsat,
        max_htlc_value_in_flight_msat: event.maxHtlcValueInFlightMsat,
        channel_reserve_msat: 0,
        htlc_minimum_msat: event.htlcMinimumMsat,
        feerate_per_kw: event.feeratePerKw,
        to_self_delay: event.toSelfDelay,
        max_accepted_htlcs: event.maxAcceptedHtlcs,
        channel_flags: event.isAnnounced ? 1 : 0,
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
