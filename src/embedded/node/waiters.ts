/** Those who wait for something to be so; woken whenever it may have become so. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves when `find` finds something, now or after a wake-up; to undefined when `signal` fires before. */
  async until<T>(find: () => T | undefined, signal: AbortSignal): Promise<T | undefined> {
    for (;;) {
      const found = find();
      if (found !== undefined || signal.aborted) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  wake(): void {
    for (const wake of Array.from(this.#waiting)) wake();
  }
}
