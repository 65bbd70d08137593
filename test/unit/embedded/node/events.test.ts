import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClosedEvent, LdkEvent, PendingEvent } from '../../../../src/embedded/ldk/event-types.js';
import { eventHandler, type Hearers } from '../../../../src/embedded/node/events.js';
import { Bench, liveChannel } from './support.js';

let bench: Bench;
/** Which part was told, by which method, with what; without the transaction. */
let calls: [string, ...unknown[]][];
let returns: Record<string, unknown>;
beforeEach(() => {
  bench = new Bench();
  calls = [];
  returns = {};
});
afterEach(() => bench[Symbol.dispose]());

/** A part that notes each call of a method. */
const part = (name: string): never =>
  new Proxy(
    {},
    {
      get:
        (_target, method: string) =>
        (...args: unknown[]) => {
          const call = `${name}.${method}`;
          calls.push([call, ...args.filter((arg) => arg !== tx)]);
          return returns[call];
        },
    },
  ) as never;
let tx: unknown;
const live = liveChannel({ channelId: 'c1' });
const happens = (event: LdkEvent): Promise<void> => {
  const hearers: Hearers = {
    log: bench.log,
    channels: part('channels'),
    opening: part('opening'),
    acceptance: part('acceptance'),
    neverFunded: part('neverFunded'),
    sending: part('sending'),
    receiving: part('receiving'),
    forwards: part('forwards'),
    coinMovements: part('coinMovements'),
    paymentParts: part('paymentParts'),
    announcer: part('announcer'),
    sweeper: part('sweeper'),
    live: () => [liveChannel({ channelId: 'c0' }), live],
  };
  return bench.turns.turn((turn) => {
    tx = turn;
    eventHandler(hearers)(event, turn);
  });
};
const names = (): string[] => calls.map(([name]) => name);

const PENDING: PendingEvent = {
  channelId: 'c1',
  temporaryId: 't1',
  peerId: '02',
  fundingTxid: 'f0',
  fundingOutnum: 0,
  typeBits: [],
};

describe('a channel that is signed', () => {
  const event = { type: 'channelPending', ...PENDING } as const;

  test('by us has what we asked for', async () => {
    returns = { 'opening.onPending': { pushMsat: 7n, minimumDepth: 3 } };
    await happens(event);
    expect(calls.at(-1)).toEqual(['channels.onPending', event, live, { pushedMsat: 7, minimumDepth: 3 }]);
  });

  test('by a peer has what the peer pushed', async () => {
    returns = { 'acceptance.takePushedMsat': 9 };
    await happens(event);
    expect(calls).toEqual([
      ['opening.onPending', event],
      ['acceptance.takePushedMsat', 't1'],
      ['channels.onPending', event, live, { pushedMsat: 9, minimumDepth: undefined }],
    ]);
  });

  test('and already gone is none', async () => {
    await happens({ ...event, channelId: 'gone' });
    expect(names()).toEqual(['opening.onPending', 'acceptance.takePushedMsat']);
  });
});

test('a channel that is ready is known first, and announced then', async () => {
  await happens({ type: 'channelReady', channelId: 'c1' });
  expect(calls).toEqual([
    ['channels.onReady', 'c1', live],
    ['announcer.onReady', 'c1'],
  ]);
});

test('a channel that closes may never have been funded, which is looked at after the commit', async () => {
  const event = { type: 'channelClosed', channelId: 'c1' } as ClosedEvent & { readonly type: 'channelClosed' };
  const done = happens(event);
  const known = ['opening.onClosed', 'acceptance.onClosed', 'channels.onClosed'];
  expect(names()).toEqual(known);
  await done;
  expect(names()).toEqual([...known, 'neverFunded.look']);
});

test.each([
  ['claimable', ['receiving.onClaimable']],
  ['claimed', ['receiving.onClaimed', 'coinMovements.onClaimed']],
  ['sent', ['sending.onSent']],
  ['paymentFailed', ['sending.onFailed', 'paymentParts.onDone']],
  ['routeFound', ['paymentParts.onRouteFound']],
  ['pathSuccessful', ['sending.onPathSuccessful', 'coinMovements.onPathSuccessful', 'paymentParts.onPathSuccessful']],
  ['pathFailed', ['sending.onPathFailed', 'paymentParts.onPathFailed']],
  ['forwarded', ['forwards.onForwarded', 'coinMovements.onForwarded']],
  ['forwardFailed', ['forwards.onFailed']],
  ['receiveFailed', ['receiving.onFailed']],
  ['fundingWanted', ['opening.onFundingWanted']],
  ['openRequest', ['acceptance.onRequest']],
  ['spendable', ['sweeper.onSpendable']],
  ['connectionWanted', []],
] as const)('%s reaches %j', async (type, hearers) => {
  await happens({ type, paymentHash: 'hash' } as unknown as LdkEvent);
  expect(names()).toEqual(hearers);
});
