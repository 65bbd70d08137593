/** How a slot is held that somebody else could need. */
export interface Holder {
  /** Since when it does nothing with it, as performance.now(); undefined while it does. */
  readonly idleSince: number | undefined;
  /** Since when it does one thing with it that may take for ever. */
  readonly busySince: number | undefined;
  /** Gives it back. */
  yield(): void;
}

/** From when on what one does counts as what may take for ever, in ms. */
const LONG_MS = 10_000;
/** How long what has become idle stays with its holder while others wait, in ms: much that is asked comes in pairs. */
const GRACE_MS = 50;
/** How often those are looked for while somebody waits, in ms. */
const LOOK_MS = 1_000;

/**
 * So many may do something at once. Who has done it keeps the slot for the next time, unless somebody needs it. What takes
 * for ever, such as `waitinvoice`, is not counted: it would keep all others out.
 */
export class Slots {
  readonly #most: number;
  readonly #holders = new Set<Holder>();
  readonly #waiting: { readonly holder: Holder; readonly go: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves when `holder` has one. */
  async take(holder: Holder): Promise<void> {
    await new Promise<void>((go) => {
      this.#waiting.push({ holder, go });
      this.#serve();
    });
  }

  /** Is one that is taken, or waited for, no more? Whoever has done with it says so. */
  leave(holder: Holder): void {
    this.#holders.delete(holder);
    const at = this.#waiting.findIndex((each) => each.holder === holder);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#serve();
  }

  /** One has become idle. */
  idle(): void {
    if (this.#waiting.length > 0) this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#counted() < this.#most) this.#admit();
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    const [longest] = Array.from(this.#holders)
      .filter(({ idleSince }) => idleSince !== undefined)
      .toSorted((a, b) => a.idleSince! - b.idleSince!);
    if (longest && performance.now() - longest.idleSince! >= GRACE_MS) return longest.yield(); // which calls `leave`
    this.#timer = setTimeout(() => this.#serve(), longest ? GRACE_MS : LOOK_MS);
  }

  #admit(): void {
    const { holder, go } = this.#waiting.shift()!;
    this.#holders.add(holder);
    go();
  }

  #counted(): number {
    const now = performance.now();
    return Array.from(this.#holders).filter(({ busySince }) => busySince === undefined || now - busySince < LONG_MS)
      .length;
  }
}
