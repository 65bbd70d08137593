import type { ChannelState, StateCause } from '../../cln/channel-states.js';

/** What LDK tells, as far as the node has to do something. Ids and hashes in hex, amounts in msat. */
export type LdkEvent =
  | ({ readonly type: 'claimable' } & ClaimableEvent)
  | {
      readonly type: 'claimed';
      readonly paymentHash: string;
      readonly amountMsat: number;
      readonly htlcs: readonly { readonly channelId: string; readonly amountMsat: number }[];
    }
  | { readonly type: 'sent'; readonly paymentHash: string; readonly preimage: string; readonly feeMsat: number }
  | { readonly type: 'paymentFailed'; readonly paymentHash: string; readonly reason: PaymentFailure }
  | ({ readonly type: 'pathSuccessful' } & PathEvent)
  | {
      readonly type: 'pathFailed';
      readonly paymentHash: string;
      readonly hops: readonly PathHop[];
      /** The channel that is to blame, where LDK knows it. */
      readonly shortChannelId: string | undefined;
    }
  | {
      readonly type: 'routeFound';
      readonly paymentHash: string;
      /** The ways of the parts that are about to be sent. */
      readonly paths: readonly (readonly PathHop[])[];
    }
  | ({ readonly type: 'forwarded' } & ForwardedEvent)
  | ({ readonly type: 'forwardFailed' } & ForwardFailedEvent)
  | { readonly type: 'receiveFailed'; readonly paymentHash: string }
  | { readonly type: 'fundingWanted'; readonly temporaryId: string; readonly script: Uint8Array }
  | ({ readonly type: 'channelPending' } & PendingEvent)
  | { readonly type: 'channelReady'; readonly channelId: string }
  | ({ readonly type: 'channelClosed' } & ClosedEvent)
  | ({ readonly type: 'openRequest' } & OpenRequestEvent)
  | { readonly type: 'spendable'; readonly outputs: readonly SpendableOutput[] }
  | { readonly type: 'connectionWanted'; readonly nodeId: string };

/** A payment for us whose HTLCs are all there. */
export interface ClaimableEvent {
  readonly paymentHash: string;
  readonly amountMsat: number;
  /** The height at which LDK fails it back. */
  readonly deadline?: number | undefined;
  readonly channelId: string | undefined;
  /** Where the sender sent the preimage along. */
  readonly keysendPreimage: string | undefined;
  readonly paymentSecret: string | undefined;
  /** [type, hex] */
  readonly customTlvs: readonly (readonly [string, string])[];
}

/** Why LDK gave up a payment: the payee said no, there is no way left, we said so, or its own word. */
export type PaymentFailure = 'rejected' | 'noRoute' | 'abandoned' | { readonly other: string };

/** A step of a payment's way. */
export interface PathHop {
  /** Where it leads. */
  readonly nodeId: string;
  /** The channel that it takes, by the name that LDK has for it. */
  readonly shortChannelId: bigint;
  /** What who it leads to takes for going on; of the last hop the amount. */
  readonly feeMsat: number;
}

export interface PathEvent {
  readonly paymentHash: string;
  readonly hops: readonly PathHop[];
}

export interface ForwardedEvent {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly feeMsat: number;
  readonly outMsat: number;
}

export interface ForwardFailedEvent {
  readonly from: string | undefined;
  /** The channel to the next peer, if it was that peer who did not take it. */
  readonly to: string | undefined;
  /** The short channel id that the sender asked for, if there is no such channel of ours. */
  readonly asked: string | undefined;
}

export interface PendingEvent {
  readonly channelId: string;
  readonly temporaryId: string;
  readonly peerId: string;
  readonly fundingTxid: string;
  readonly fundingOutnum: number;
  /** Bits of its type (BOLT #9). */
  readonly typeBits: readonly number[];
}

export interface ClosedEvent {
  readonly channelId: string;
  readonly balanceMsat: number | undefined;
  readonly state: ChannelState;
  readonly closer: 'local' | 'remote';
  readonly cause: StateCause;
  readonly message: string;
  /** What whoever was opening it is told. */
  readonly whyNotOpened: string;
}

/** A peer's wish to open a channel. */
export interface OpenRequestEvent {
  readonly temporaryId: string;
  readonly peerId: string;
  readonly fundingMsat: number;
  readonly pushMsat: number;
  readonly dustLimitMsat: number;
  readonly maxHtlcValueInFlightMsat: number;
  readonly htlcMinimumMsat: number;
  readonly feeratePerKw: number;
  readonly toSelfDelay: number;
  readonly maxAcceptedHtlcs: number;
  readonly isAnnounced: boolean;
}

/** An output of a closed channel that is ours; `descriptor` is what LDK needs to spend it. */
export interface SpendableOutput {
  readonly outpoint: string;
  readonly descriptor: Uint8Array;
  /** The script that it pays to, if that is not one of the channel's own. */
  readonly script: Uint8Array | undefined;
}

/** What whoever was opening a channel is told when the peer goes. */
export const DISCONNECTED = 'Disconnected during opening';
