import { abortedError, LnPlayError } from '../core/errors.js';

/** How a stock makes its things, and lets go of them. */
export interface StockOptions<T> {
  /** How many are kept ready. */
  readonly size: number;
  /** How many may be made at once. */
  readonly atOnce: number;
  /** @param signal fires when the stock is closed */
  readonly make: (signal: AbortSignal) => Promise<T>;
  /** Whether one that was ready still is. */
  readonly isGood: (item: T) => boolean;
  readonly discard: (item: T) => Promise<void>;
}

interface Taker<T> {
  readonly resolve: (item: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps things ready that take long to make: as one is taken, another is made in its place. */
export class Stock<T> {
  readonly #options: StockOptions<T>;
  readonly #ready: T[] = [];
  readonly #takers: Taker<T>[] = [];
  readonly #making = new Set<Promise<void>>();
  readonly #discarding = new Set<Promise<void>>();
  readonly #closed = new AbortController();
  /** Why the last one could not be made. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: StockOptions<T>) {
    this.#options = options;
    this.#fill();
  }

  get ready(): number {
    return this.#ready.length;
  }

  get making(): number {
    return this.#making.size;
  }

  /**
   * One that is ready, or the next one made.
   *
   * @throws {LnPlayError} ABORTED by the signal, or when the stock is closed meanwhile; what making one throws
   */
  async take(signal?: AbortSignal): Promise<T> {
    this.#assertOpen();
    while (this.#ready.length > 0) {
      const item = this.#ready.shift()!;
      const isGood = this.#options.isGood(item);
      if (!isGood) this.#discard(item);
      this.#fill();
      if (isGood) return item;
    }
    return await new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        const place = this.#takers.indexOf(taker);
        if (place !== -1) this.#takers.splice(place, 1);
        reject(abortedError(signal!));
      };
      const settled = (): void => signal?.removeEventListener('abort', leave);
      const taker: Taker<T> = {
        resolve: (item) => (settled(), resolve(item)),
        reject: (error) => (settled(), reject(error)),
      };
      if (signal?.aborted) return leave();
      signal?.addEventListener('abort', leave, { once: true });
      this.#takers.push(taker);
      this.#fill();
    });
  }

  /**
   * Waits until one is ready.
   *
   * @throws what making it throws
   */
  async warm(): Promise<void> {
    while (this.#ready.length === 0) {
      this.#assertOpen();
      await Promise.race(this.#making);
      if (this.#failure) throw this.#failure.error;
    }
  }

  /**
   * Lets go of all that nobody has taken; what is being made ends early.
   *
   * @throws what letting go of one threw; the others are gone all the same
   */
  async close(): Promise<void> {
    this.#closed.abort();
    for (const { reject } of this.#takers.splice(0)) reject(closedError());
    await Promise.all(this.#making);
    for (const item of this.#ready.splice(0)) this.#discard(item);
    await Promise.all(this.#discarding);
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw closedError();
  }

  #discard(item: T): void {
    const gone = this.#options.discard(item);
    this.#discarding.add(gone);
    gone.then(
      () => this.#discarding.delete(gone),
      () => {}, // told by close
    );
  }

  #fill(): void {
    const { size, atOnce } = this.#options;
    const isWanted = (): boolean => this.#ready.length + this.#making.size < size + this.#takers.length;
    while (!this.#closed.signal.aborted && isWanted() && this.#making.size < atOnce) {
      const made = this.#make().finally(() => {
        this.#making.delete(made);
        // where nobody waits, one that failed is not tried again before somebody does
        if (!this.#failure || this.#takers.length > 0) this.#fill();
      });
      this.#making.add(made);
    }
  }

  async #make(): Promise<void> {
    try {
      const item = await this.#options.make(this.#closed.signal);
      this.#failure = undefined;
      const taker = this.#takers.shift();
      if (taker) taker.resolve(item);
      else this.#ready.push(item);
    } catch (error) {
      this.#failure = { error };
      this.#takers.shift()?.reject(error);
    }
  }
}

const closedError = (): LnPlayError => new LnPlayError('ABORTED', 'The pool was closed');
