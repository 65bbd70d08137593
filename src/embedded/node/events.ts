import type { Log } from '../context.js';
import type { LdkEvent } from '../ldk/event-types.js';
import type { LiveChannel } from '../ldk/live-channel.js';
import type { Tx } from '../store/turns.js';
import type { Acceptance } from './channels/acceptance.js';
import type { NeverFunded } from './channels/never-funded.js';
import type { Opening } from './channels/opening.js';
import type { Channels } from './channels/record.js';
import type { CoinMovements } from './payments/coin-movements.js';
import type { Forwards } from './payments/forwards.js';
import type { PaymentParts } from './payments/parts.js';
import type { Receiving } from './payments/receiving.js';
import type { Sending } from './payments/sending.js';
import type { Announcer } from './peers/announcer.js';
import type { Sweeper } from './wallet/sweeper.js';

type Handlers = {
  readonly [T in LdkEvent['type']]: (event: LdkEvent & { readonly type: T }, tx: Tx) => void;
};

/** Who hears of what LDK tells. */
export interface Hearers {
  readonly log: Log;
  readonly channels: Channels;
  readonly opening: Opening;
  readonly acceptance: Acceptance;
  readonly neverFunded: NeverFunded;
  readonly sending: Sending;
  readonly receiving: Receiving;
  readonly forwards: Forwards;
  readonly coinMovements: CoinMovements;
  readonly paymentParts: PaymentParts;
  readonly announcer: Announcer;
  readonly sweeper: Sweeper;
  readonly live: () => readonly LiveChannel[];
}

/** What is done with each of LDK's events, within its turn. */
export function eventHandler(hearers: Hearers): (event: LdkEvent, tx: Tx) => void {
  const { log, channels, opening, acceptance, neverFunded, announcer, sweeper } = hearers;
  const { sending, receiving, forwards, coinMovements, paymentParts } = hearers;
  const live = (channelId: string): LiveChannel | undefined =>
    hearers.live().find((channel) => channel.channelId === channelId);
  const handlers: Handlers = {
    claimable: ({ type: _type, ...claimable }, tx) => receiving.onClaimable(tx, claimable),
    claimed: (event, tx) => {
      receiving.onClaimed(tx, event.paymentHash, event.amountMsat);
      coinMovements.onClaimed(tx, event);
    },
    sent: (event, tx) => sending.onSent(tx, event),
    paymentFailed: (event, tx) => {
      sending.onFailed(tx, event);
      paymentParts.onDone(event.paymentHash);
    },
    routeFound: (event, tx) => paymentParts.onRouteFound(tx, event),
    pathSuccessful: (event, tx) => {
      sending.onPathSuccessful(tx, event.paymentHash);
      coinMovements.onPathSuccessful(tx, event);
      paymentParts.onPathSuccessful(tx, event);
    },
    pathFailed: (event, tx) => {
      sending.onPathFailed(tx, event);
      paymentParts.onPathFailed(tx, event);
    },
    forwarded: (event, tx) => {
      forwards.onForwarded(tx, event);
      coinMovements.onForwarded(tx, event);
    },
    forwardFailed: (event, tx) => forwards.onFailed(tx, event),
    receiveFailed: ({ paymentHash }, tx) => receiving.onFailed(tx, paymentHash),
    fundingWanted: ({ temporaryId, script }) => opening.onFundingWanted(temporaryId, script),
    channelPending: (event, tx) => {
      const request = opening.onPending(tx, event);
      const pushed = acceptance.takePushedMsat(event.temporaryId);
      const pushedMsat = request ? Number(request.pushMsat) : pushed;
      const channel = live(event.channelId);
      if (channel) channels.onPending(tx, event, channel, { pushedMsat, minimumDepth: request?.minimumDepth });
    },
    channelReady: ({ channelId }, tx) => {
      channels.onReady(tx, channelId, live(channelId));
      announcer.onReady(tx, channelId);
    },
    channelClosed: (event, tx) => {
      opening.onClosed(tx, event);
      acceptance.onClosed(event.channelId);
      channels.onClosed(tx, event);
      tx.afterCommit(() => neverFunded.look());
    },
    openRequest: (event) => acceptance.onRequest(event),
    spendable: ({ outputs }, tx) => sweeper.onSpendable(tx, outputs),
    connectionWanted: ({ nodeId }) => log.debug(`LDK would like a connection to ${nodeId}`),
  };
  return (event, tx) => (handlers[event.type] as (event: LdkEvent, tx: Tx) => void)(event, tx);
}
