import { messageOf } from '../../core/errors.js';
import type { PeerAddress } from '../node/peers/addresses.js';
import type { Node } from './node.js';

const PREFIX = 'peer/';
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Connects again to peers that we have channels with, at the address where we found them last. */
export class Reconnector {
  readonly #node: Node;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped: boolean;

  constructor(node: Node) {
    this.#node = node;
    const { options } = node.ctx;
    this.#stopped = options.flag('offline') || options.flag('dev-no-reconnect');
  }

  /** Notes where a peer was found. */
  remember(id: string, address: PeerAddress): void {
    this.#node.store.putJson(PREFIX + id, address);
    void this.#node.engine.schedule();
  }

  addressOf(id: string): PeerAddress | undefined {
    return this.#node.store.getJson<PeerAddress>(PREFIX + id);
  }

  start(): void {
    for (const id of this.#node.peersWithChannels()) void this.#try(id, FIRST_PAUSE_MS);
  }

  lost(id: string): void {
    if (!this.#node.peersWithChannels().includes(id) || this.#timers.has(id)) return;
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
    const address = this.addressOf(id);
    if (!address || this.#stopped || this.#node.peers.get(id)) return;
    try {
      await this.#node.peers.connect(id, address);
    } catch (error) {
      this.#node.ctx.log.child('connectd', id).debug(`Failed connected out: ${messageOf(error)}`);
      if (!this.#timers.has(id)) this.#later(id, nextPauseMs);
    }
  }
}
