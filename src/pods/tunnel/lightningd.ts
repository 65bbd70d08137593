import type { Socket } from 'node:net';
import type { Command } from '../../process/daemon-process.js';
import { JsonFramer } from '../../rpc/framing.js';
import { encodeMessage, isObject } from '../../rpc/json-rpc.js';
import { BridgeChild } from './bridge-child.js';
import type { Holder, Slots } from './slots.js';

export interface LightningdOffer {
  readonly to: Command;
  readonly slots: Slots;
  /** Asked to stop: it ends the pod, not the lightningd in it, which its cluster would start again. */
  readonly onStop: () => void;
  /** A connection to the pod is there. */
  readonly onHello: () => void;
  /** One has broken that somebody awaits answers from. Resolves when that is told wherever it is to be. */
  readonly onBroken: (said: string) => Promise<void>;
}

/** How long a connection to a pod is kept that nobody uses, in ms. */
const KEPT_MS = 30_000;
/** A reply of more bytes is no notification. */
const LARGE = 4_000;

/** A client of a pod's lightningd: connected to it when it asks something, for as long as others don't need its slot. */
export class LightningdClient implements Holder {
  readonly #client: Socket;
  readonly #offer: LightningdOffer;
  readonly #requests = new JsonFramer();
  #replies = new JsonFramer();
  #bridge: BridgeChild | undefined;
  #isComing = false;
  #unsent: string[] = [];
  #unanswered = 0;
  #kept: NodeJS.Timeout | undefined;
  idleSince: number | undefined;
  busySince: number | undefined;

  constructor(client: Socket, offer: LightningdOffer) {
    this.#client = client;
    this.#offer = offer;
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
      for (const text of this.#requests.push(chunk)) this.#request(text);
    } catch {
      this.#client.destroy(); // that is no JSON: lightningd closes the connection, too
    }
  }

  #request(text: string): void {
    const id = stopIdOf(text);
    if (id !== undefined) {
      this.#client.end(encodeMessage({ jsonrpc: '2.0', id, result: 'Shutdown complete' }));
      return this.#offer.onStop();
    }
    clearTimeout(this.#kept);
    this.idleSince = undefined;
    if (this.#unanswered++ === 0 && this.#bridge) this.busySince = performance.now();
    this.#unsent.push(`${text}\n\n`);
    if (this.#bridge) this.#send(this.#bridge);
    else if (!this.#isComing) {
      this.#isComing = true;
      void this.#offer.slots.take(this).then(() => this.#connect());
    }
  }

  #connect(): void {
    if (!this.#isComing) return; // its client has gone
    this.#isComing = false;
    this.#replies = new JsonFramer();
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
    const texts = this.#unsent;
    this.#unsent = [];
    for (const text of texts)
      if (!bridge.write(text)) {
        this.#client.pause();
        bridge.onceDrained(() => this.#client.resume());
      }
  }

  #count(chunk: Buffer): void {
    for (const text of this.#replies.push(chunk)) if (!isNotification(text)) this.#unanswered--;
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

const isNotification = (text: string): boolean => {
  if (text.length > LARGE) return false;
  const message: unknown = JSON.parse(text);
  return isObject(message) && 'method' in message;
};

/** The id of a request for `stop`. */
function stopIdOf(text: string): string | number | undefined {
  if (!text.includes('"stop"')) return undefined; // most are not looked at twice
  const request: unknown = JSON.parse(text);
  if (!isObject(request) || request['method'] !== 'stop') return undefined;
  return request['id'] as string | number;
}
