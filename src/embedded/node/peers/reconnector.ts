import { messageOf } from '../../../core/errors.js';
import type { Log } from '../../context.js';
import type { Reader, Turn } from '../../store/turns.js';
import type { PeerAddress } from './addresses.js';
import type { Peers } from './peers.js';

const PREFIX = 'peer/';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface ReconnectorParts {
  readonly store: Reader;
  readonly turn: Turn;
  readonly log: Log;
  readonly peers: Pick<Peers, 'get' | 'connect'>;
  /** The peers that it is worth to be connected to. */
  readonly wanted: () => readonly string[];
  readonly isOff: boolean;
}

/** Connects again to peers that we have channels with, at the address where we found them last. */
export class Reconnector {
  readonly #parts: ReconnectorParts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped: boolean;

  constructor(parts: ReconnectorParts) {
    this.#parts = parts;
    this.#stopped = parts.isOff;
  }

  /** Notes where a peer was found. */
  async remember(id: string, address: PeerAddress): Promise<void> {
    await this.#parts.turn((tx) => tx.putJson(PREFIX + id, address));
  }

  addressOf(id: string): PeerAddress | undefined {
    return this.#parts.store.getJson<PeerAddress>(PREFIX + id);
  }

  start(): void {
    for (const id of this.#parts.wanted()) void this.#try(id, FIRST_PAUSE_MS);
  }

  lost(id: string): void {
    if (!this.#parts.wanted().includes(id) || this.#timers.has(id)) return;
    this.#later(id, FIRST_PAUSE_MS);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #later(id: string, pauseMs: number): void {
    if (this.#stopped) return;
    const retry = (): void => {
      this.#timers.delete(id);
      void this.#try(id, Math.min(2 * pauseMs, LONGEST_PAUSE_MS));
    };
    this.#timers.set(id, setTimeout(retry, pauseMs).unref());
  }

  async #try(id: string, nextPauseMs: number): Promise<void> {
    const { peers, log, wanted } = this.#parts;
    const address = this.addressOf(id);
    if (!address || this.#stopped || peers.get(id) || !wanted().includes(id)) return;
    try {
      await peers.connect(id, address);
    } catch (error) {
      log.child('connectd', id).debug(`Failed connected out: ${messageOf(error)}`);
      if (!this.#timers.has(id)) this.#later(id, nextPauseMs);
    }
  }
}
