/** Values and bytes that are random, and the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** Any JSON value. */
  json(depth = 3): unknown {
    const kind = this.below(depth > 0 ? 8 : 6);
    if (kind === 6) return Array.from({ length: this.below(5) }, () => this.json(depth - 1));
    if (kind === 7)
      return Object.fromEntries(
        Array.from({ length: this.below(5) }, (): [string, unknown] => [this.#text(), this.json(depth - 1)]),
      );
    return this.pick([null, true, false, this.#number(), this.#text(), this.#number()]);
  }

  /** A value of the kinds that lightningd's parameters have: well formed, nearly so, or not at all. */
  value(): unknown {
    if (this.chance(0.15)) return this.json();
    return this.pick(VALUES)(this);
  }

  /** The bytes with some of them changed, left out, doubled or cut off. */
  mutate(bytes: Buffer): Buffer {
    const result = Buffer.from(bytes);
    for (let i = 0; i < 1 + this.below(4) && result.length > 0; i++)
      result[this.below(result.length)] = this.below(256);
    const cut = this.below(result.length + 1);
    const how = this.below(4);
    if (how === 0) return result.subarray(0, cut);
    if (how === 1) return result.subarray(cut);
    return how === 2 ? Buffer.concat([result, result.subarray(cut)]) : result;
  }

  hex(bytes: number): string {
    return this.bytes(bytes).toString('hex');
  }

  #number(): number {
    return this.pick([0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e21, -1e300, 5e-324, this.below(1000)]);
  }

  #text(): string {
    return this.pick(['', 'a', '__proto__', 'constructor', '\0', '\u2028', '\ud800', 'é'.repeat(50), this.hex(3)]);
  }
}

const NODE_ID = '02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333';

const VALUES: readonly ((random: Random) => unknown)[] = [
  (random) => random.below(2 ** 32),
  () => NODE_ID,
  (random) => `0${2 + random.below(3)}${random.hex(32)}`,
  (random) => `${NODE_ID}@127.0.0.1:${random.below(70_000)}`,
  () => `${NODE_ID}@/no/such/socket`,
  (random) => random.hex(32),
  (random) => '00'.repeat(random.below(40)),
  (random) => `${random.hex(32)}:${random.below(5)}`,
  (random) => `${random.below(200)}x${random.below(3)}x${random.below(3)}`,
  (random) => `${random.below(1000)}${random.pick(['msat', 'sat', 'btc', 'perkw', 'perkb', 'blocks', ''])}`,
  () => '18446744073709551615msat',
  () => '21000001btc',
  (random) => random.pick(['any', 'all', 'slow', 'debug', 'bech32', 'p2tr', 'list', 'must-create', 'bolt11']),
  () => 'lnbcrt1qqqqqqqq',
  (random) => `lnbcrt${random.below(1000)}n1p${random.hex(100)}`,
  () => 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
  (random) => random.chance(0.5),
  (random) => [random.hex(2), random.hex(2)],
  (random) => 'x'.repeat(random.below(5000)),
  () => -1,
];
