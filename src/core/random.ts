/**
 * Numbers by chance that a seed repeats: the generator sfc32 (Chris Doty-Humphrey's PractRand), its state filled from the
 * seed by splitmix32. Not for secrets.
 */
export class Random {
  readonly #state: Uint32Array;

  /** @param seed a whole number of at most 53 bits */
  constructor(seed: number) {
    const mix = splitmix32((seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1));
    this.#state = Uint32Array.from([mix(), mix(), mix(), 1]);
    for (let i = 0; i < 12; i++) this.#next32();
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    return (this.#next32() * 2 ** 21 + (this.#next32() >>> 11)) / 2 ** 53;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Waits between events that come at random moments. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Normally distributed around 0, with the standard deviation 1 (Box and Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** One of these, each as likely as its weight says; there must be one with a weight above 0. */
  pick<T>(choices: readonly (readonly [T, weight: number])[]): T {
    let left = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    const likely = choices.filter(([, weight]) => weight > 0);
    return (likely.find(([, weight]) => (left -= weight) < 0) ?? likely.at(-1)!)[0];
  }

  #next32(): number {
    const [a, b, c, counter] = this.#state as unknown as [number, number, number, number];
    const sum = a + b + counter;
    this.#state.set([b ^ (b >>> 9), c + (c << 3), ((c << 21) | (c >>> 11)) + sum, counter + 1]);
    return sum >>> 0;
  }
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    const again = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return again ^ (again >>> 15);
  };
}
