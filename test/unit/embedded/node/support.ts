import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../../../src/embedded/context.js';
import type { LiveChannel } from '../../../../src/embedded/ldk/live-channel.js';
import type { Tell } from '../../../../src/embedded/node/tell.js';
import { Store } from '../../../../src/embedded/store/store.js';
import { Turns } from '../../../../src/embedded/store/turns.js';

const never = (why: string): never => {
  throw new Error(why);
};

/** Turns over a store, as they are once LDK runs. */
export function beginTurns(store: Store): Turns {
  const turns = new Turns(store, never);
  turns.begin(
    () => {},
    () => {},
  );
  return turns;
}

/** A store of its own with turns, what was told, and what was logged. */
export class Bench implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'node-'));
  store: Store;
  turns: Turns;
  readonly told: { readonly topic: string; readonly payload: object }[] = [];
  readonly logged: string[] = [];
  readonly log: Log;

  constructor() {
    this.store = Store.open(join(this.#folder, 'state'));
    this.turns = beginTurns(this.store);
    const line = (text: string): void => void this.logged.push(text);
    const log: Log = {
      io: line,
      trace: line,
      debug: line,
      info: line,
      unusual: line,
      broken: line,
      child: () => log,
    };
    this.log = log;
  }

  readonly tell: Tell = (tx, topic, payload) => tx.afterCommit(() => this.told.push({ topic, payload }));

  /** What a restart finds on disk. */
  reopen(): void {
    this.store.close();
    this.store = Store.open(join(this.#folder, 'state'));
    this.turns = beginTurns(this.store);
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** A channel of LDK's, as far as a test says how it is. */
export const liveChannel = (channel: Partial<LiveChannel>): LiveChannel => ({
  channelId: 'c1',
  peerId: '02'.repeat(33),
  state: 'CHANNELD_NORMAL',
  isOutbound: true,
  isAnnounced: true,
  isReady: true,
  isUsable: true,
  confirmations: 1,
  capacityMsat: 1_000_000_000,
  shortChannelId: undefined,
  aliasLocal: undefined,
  aliasRemote: undefined,
  outboundPaymentScid: undefined,
  inboundPaymentScid: undefined,
  toUsMsat: 1_000_000_000,
  outboundMsat: 990_000_000n,
  inboundMsat: 0n,
  nextOutboundLimitMsat: 990_000_000,
  ourReserveMsat: 10_000_000,
  theirReserveMsat: 10_000_000,
  feeratePerKw: 253,
  toSelfDelay: 144,
  ours: {
    htlcMinimumMsat: 1,
    htlcMaximumMsat: 1_000_000_000,
    cltvExpiryDelta: 42,
    feeBaseMsat: 1,
    feeProportionalMillionths: 10,
  },
  theirs: undefined,
  theirHtlcMinimumMsat: 1,
  theirHtlcMaximumMsat: 1_000_000_000,
  htlcs: [],
  ...channel,
});
