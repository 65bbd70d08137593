import type { Exit } from './held-process.js';

/** How often a process is looked at that somebody wants to know the end of, in ms. */
export const WATCH_MS = 100;

/** Looks whether a process has ended, from when somebody wants to know; keeps our own process alive no longer. */
export class EndWatch {
  readonly #exit: () => Exit | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended: Promise<Exit> | undefined;

  constructor(exit: () => Exit | undefined) {
    this.#exit = exit;
  }

  get ended(): Promise<Exit> {
    this.#ended ??= new Promise((resolve) => {
      this.#timer = setInterval(() => {
        const exit = this.#exit();
        if (!exit) return;
        clearInterval(this.#timer);
        resolve(exit);
      }, WATCH_MS).unref();
    });
    return this.#ended;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#ended = undefined;
  }
}
