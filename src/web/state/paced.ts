/** Does something when it is asked to, at once but never twice within a time: what is asked for meanwhile is done after it. */
export class Paced {
  readonly #body: () => Promise<void>;
  readonly #everyMs: number | (() => number);
  #began = -Infinity;
  #isAsked = false;
  #isUnderWay = false;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  /**
   * @param everyMs one that is not always the same is asked for before each wait
   * @param body must not throw
   */
  constructor(everyMs: number | (() => number), body: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#body = body;
  }

  ask(): void {
    this.#isAsked = true;
    this.#next();
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }

  #next(): void {
    if (this.#isEnded || this.#isUnderWay || !this.#isAsked || this.#timer) return;
    const everyMs = typeof this.#everyMs === 'number' ? this.#everyMs : this.#everyMs();
    const waitMs = this.#began + everyMs - performance.now();
    if (waitMs <= 0) return void this.#run();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, waitMs);
  }

  async #run(): Promise<void> {
    this.#isAsked = false;
    this.#isUnderWay = true;
    this.#began = performance.now();
    await this.#body();
    this.#isUnderWay = false;
    this.#next();
  }
}
