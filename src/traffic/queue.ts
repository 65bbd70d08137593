import { Bell } from '../core/bell.js';

/** What some put in and one takes out, in order, waiting for it. */
export class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #came = new Bell();
  readonly #onTaken: () => void;
  #end: { readonly error?: unknown } | undefined;

  /** @param onTaken told whenever one was taken out */
  constructor(onTaken: () => void = () => {}) {
    this.#onTaken = onTaken;
  }

  /** How many are in it. */
  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#came.ring();
  }

  /** Nothing comes any more; what is in it can still be taken, and then `error` is thrown, if there is one. */
  end(error?: unknown): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#came.ring();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#items.length > 0) {
        const item = this.#items.shift()!;
        this.#onTaken();
        yield item;
      }
      if (this.#end && 'error' in this.#end) throw this.#end.error;
      if (this.#end) return;
      await this.#came.rung;
    }
  }
}
