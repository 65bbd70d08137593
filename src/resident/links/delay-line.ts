/** What went through, and how it fared. */
export interface LineStats {
  connections: number;
  chunks: number;
  cuts: number;
  /** How late chunks were, as measured, in ms; null before the first. */
  leastMs: number | null;
  mostMs: number | null;
}

export interface LineSettings {
  readonly latencyMs: number;
  readonly jitterMs: number;
  readonly dropPercent: number;
}

/**
 * Hands chunks on in their order, each later by the latency at least, give or take the jitter. A stream has nothing that
 * could be lost on its own: for so many of a hundred chunks the connection is cut instead.
 */
export class DelayLine {
  readonly #settings: () => LineSettings;
  readonly #stats: LineStats;
  readonly #deliver: (chunk: Buffer) => void;
  readonly #cut: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #lastAt = 0;

  constructor(settings: () => LineSettings, stats: LineStats, deliver: (chunk: Buffer) => void, cut: () => void) {
    this.#settings = settings;
    this.#stats = stats;
    this.#deliver = deliver;
    this.#cut = cut;
  }

  push(chunk: Buffer): void {
    const { latencyMs, jitterMs, dropPercent } = this.#settings();
    this.#stats.chunks++;
    if (Math.random() * 100 < dropPercent) {
      this.#stats.cuts++;
      this.#cut();
      return;
    }
    const cameAt = performance.now();
    const dueAt = cameAt + Math.max(0, latencyMs + (Math.random() * 2 - 1) * jitterMs);
    this.#lastAt = Math.max(this.#lastAt, dueAt); // none overtakes another
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        const lateMs = Math.round(performance.now() - cameAt);
        this.#stats.leastMs = Math.min(this.#stats.leastMs ?? lateMs, lateMs);
        this.#stats.mostMs = Math.max(this.#stats.mostMs ?? lateMs, lateMs);
        this.#deliver(chunk);
      },
      Math.ceil(this.#lastAt - cameAt),
    );
    this.#timers.add(timer);
  }

  /** Forgets what is still on its way. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
