/** One piece of work that was done, and how long it took, in ms. */
export interface Step {
  readonly name: string;
  readonly ms: number;
}

export interface StepListener {
  /** Called when a step begins; what it returns is called at its end, with an error where it failed. */
  (name: string): (outcome: { readonly ms: number; readonly failed: boolean }) => void;
}

/** Runs named pieces of work, tells a listener of each, and keeps how long each took. */
export class Steps {
  readonly done: Step[] = [];
  readonly #listener: StepListener | undefined;

  constructor(listener?: StepListener) {
    this.#listener = listener;
  }

  /** Tells of what is under way beside the steps; what is returned ends it. */
  begin(name: string): () => void {
    const from = performance.now();
    const end = this.#listener?.(name);
    return () => end?.({ ms: Math.round(performance.now() - from), failed: false });
  }

  async run<T>(name: string, body: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const end = this.#listener?.(name);
    let failed = true;
    try {
      const result = await body();
      failed = false;
      return result;
    } finally {
      const ms = Math.round(performance.now() - from);
      if (!failed) this.done.push({ name, ms });
      end?.({ ms, failed });
    }
  }
}
