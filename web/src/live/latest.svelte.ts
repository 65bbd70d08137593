import { ApiError } from '../api.js';

/** Something happens seldom alone: how long to wait for what else comes, in ms. */
const WAIT_MS = 250;

/** What was asked for last: the answer, or what went wrong. */
export class Latest<T> {
  value = $state.raw<T>();
  error = $state.raw<ApiError>();

  /** Asks in a moment; gives what takes that back. */
  ask(question: (signal: AbortSignal) => Promise<T>): () => void {
    const stop = new AbortController();
    const timer = setTimeout(() => void this.#answer(question, stop.signal), WAIT_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }

  async #answer(question: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<void> {
    try {
      this.value = await question(signal);
      this.error = undefined;
    } catch (error) {
      if (error instanceof ApiError) this.error = error;
    }
  }
}
