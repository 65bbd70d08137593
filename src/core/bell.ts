/** Wakes whoever waits for it. */
export class Bell {
  #ring: () => void = () => {};
  #rung = this.#next();

  /** Resolves when it rings next. */
  get rung(): Promise<void> {
    return this.#rung;
  }

  ring(): void {
    const ring = this.#ring;
    this.#rung = this.#next();
    ring();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => (this.#ring = resolve));
  }
}
