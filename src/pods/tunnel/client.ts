import type { Socket } from 'node:net';
import type { Command } from '../../process/daemon-process.js';
import { BridgeChild } from './bridge-child.js';
import type { Message, Protocol } from './protocols.js';
import type { Holder, Slots } from './slots.js';

export interface Offer {
  readonly protocol: Protocol;
  readonly to: Command;
  readonly slots: Slots;
  /** Asked to stop: it ends the pod, not the daemon in it, which its cluster would start again. */
  readonly onStop: () => void;
  /** A connection to the pod is there. */
  readonly onHello: () => void;
  /** One has broken that somebody awaits answers from. Resolves when that is told wherever it is to be. */
  readonly onBroken: (said: string) => Promise<void>;
}

/** How long a connection to a pod is kept that nobody uses, in ms: bitcoind itself closes one after 30 s. */
const KEPT_MS = 20_000;

/** A client of a pod's daemon: connected to it when it asks something, for as long as others don't need its slot. */
export class Client implements Holder {
  readonly #client: Socket;
  readonly #offer: Offer;
  readonly #requests: ReturnType<Protocol['framer']>;
  #replies: ReturnType<Protocol['framer']>;
  #bridge: BridgeChild | undefined;
  #isComing = false;
  #unsent: Message[] = [];
  #unanswered = 0;
  #kept: NodeJS.Timeout | undefined;
  idleSince: number | undefined;
  busySince: number | undefined;

  constructor(client: Socket, offer: Offer) {
    this.#client = client;
    this.#offer = offer;
    this.#requests = offer.protocol.framer();
    this.#replies = offer.protocol.framer();
    client.on('data', (chunk: Buffer) => this.#ask(chunk));
    client.on('close', () => this.yield());
  }

  /** Gives its slot back, and its connection up. */
  yield(): void {
    const bridge = this.#bridge;
    this.#bridge = undefined;
    this.#isComing = false;
    clearTimeout(this.#kept);
    bridge?.end();
    this.#offer.slots.leave(this);
  }

  #ask(chunk: Buffer): void {
    try {
      for (const message of this.#requests.push(chunk)) this.#request(message);
    } catch {
      this.#client.destroy(); // that is no request: the daemon closes the connection, too
    }
  }

  #request(message: Message): void {
    const { protocol, onStop } = this.#offer;
    const stopping = protocol.stopAnswer(message);
    if (stopping !== undefined) {
      this.#client.end(stopping);
      return onStop();
    }
    clearTimeout(this.#kept);
    this.idleSince = undefined;
    if (this.#unanswered++ === 0 && this.#bridge) this.busySince = performance.now();
    this.#unsent.push(protocol.sent(message));
    if (this.#bridge) this.#send(this.#bridge);
    else if (!this.#isComing) {
      this.#isComing = true;
      void this.#offer.slots.take(this).then(() => this.#connect());
    }
  }

  #connect(): void {
    if (!this.#isComing) return; // its client has gone
    this.#isComing = false;
    this.#replies = this.#offer.protocol.framer();
    const bridge = new BridgeChild(this.#offer.to, {
      onHello: () => {
        this.busySince ??= performance.now();
        this.#offer.onHello();
      },
      onData: (chunk) => {
        if (this.#bridge !== bridge) return;
        this.#count(chunk);
        if (this.#client.write(chunk)) return;
        bridge.pause();
        this.#client.once('drain', () => bridge.resume());
      },
      onEnd: (said) => {
        if (this.#bridge === bridge) void this.#broke(said);
      },
    });
    this.#bridge = bridge;
    this.#send(bridge);
  }

  #send(bridge: BridgeChild): void {
    const messages = this.#unsent;
    this.#unsent = [];
    for (const message of messages)
      if (!bridge.write(message)) {
        this.#client.pause();
        bridge.onceDrained(() => this.#client.resume());
      }
  }

  #count(chunk: Buffer): void {
    for (const message of this.#replies.push(chunk)) if (this.#offer.protocol.isAnswer(message)) this.#unanswered--;
    if (this.#unanswered > 0) return;
    this.#unanswered = 0;
    this.busySince = undefined;
    this.idleSince = performance.now();
    this.#kept = setTimeout(() => this.yield(), KEPT_MS);
    this.#offer.slots.idle();
  }

  async #broke(said: string): Promise<void> {
    const isAwaited = this.#unanswered > 0;
    this.yield();
    if (!isAwaited) return;
    await this.#offer.onBroken(said);
    this.#client.destroySoon();
  }
}
