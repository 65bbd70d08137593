import { shownUrl } from './failures.js';

/** How long a server may take, in ms. */
export interface Patience {
  /** For its first answer, with the way there: name, proxies, redirections. */
  readonly answerMs: number;
  /** For the next bytes. */
  readonly stallMs: number;
}

/** What can't be reached is told before a person wonders. */
export const PATIENCE: Patience = { answerMs: 8_000, stallMs: 30_000 };

/** Waits for a server no longer than is sound: its `signal` ends the request when nothing was heard for too long. */
export class Patient {
  readonly signal: AbortSignal;
  readonly #tired = new AbortController();
  readonly #patience: Patience;
  readonly #url: URL;
  #stalled: string | undefined;
  #timer: NodeJS.Timeout;

  constructor(url: URL, patience: Patience, signal: AbortSignal | undefined) {
    this.#url = url;
    this.#patience = patience;
    this.signal = signal ? AbortSignal.any([signal, this.#tired.signal]) : this.#tired.signal;
    this.#timer = this.#after(patience.answerMs, `${url.host} did not answer within ${patience.answerMs} ms`);
  }

  /** What was waited for in vain. */
  get stalled(): string | undefined {
    return this.#stalled;
  }

  /** There is a byte. */
  heard(): void {
    clearTimeout(this.#timer);
    const { stallMs } = this.#patience;
    this.#timer = this.#after(stallMs, `nothing more came from ${this.#url.host} for ${stallMs} ms`);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #after(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#stalled = what;
      this.#tired.abort(new Error(`${shownUrl(this.#url)}: ${what}`));
    }, ms);
  }
}
