import type { Reader, Tx } from './turns.js';

/** Records of one kind: in memory all of them, on disk each under `<prefix><key>`. */
export class Records<T> {
  readonly #prefix: string;
  readonly #keyOf: (record: T) => string;
  readonly #records = new Map<string, T>();
  readonly #indexes: Index<T>[] = [];

  constructor(store: Reader, prefix: string, keyOf: (record: T) => string) {
    this.#prefix = prefix;
    this.#keyOf = keyOf;
    for (const key of store.keys(prefix)) {
      const record = store.getJson<T>(key)!;
      this.#records.set(keyOf(record), record);
    }
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  list(): T[] {
    return [...this.#records.values()];
  }

  put(tx: Tx, record: T): void {
    const key = this.#keyOf(record);
    tx.putJson(this.#prefix + key, record);
    const old = this.#records.get(key);
    for (const index of this.#indexes) index.replace(old, record);
    this.#records.set(key, record);
  }

  /** Puts the record with `change`, where there is one. */
  update(tx: Tx, key: string, change: Partial<T>): T | undefined {
    const record = this.#records.get(key);
    if (!record) return undefined;
    const changed = { ...record, ...change };
    this.put(tx, changed);
    return changed;
  }

  delete(tx: Tx, key: string): void {
    const old = this.#records.get(key);
    for (const index of this.#indexes) index.replace(old, undefined);
    this.#records.delete(key);
    tx.delete(this.#prefix + key);
  }

  /** Another way to a record, by something that only one of them has. */
  indexBy(of: (record: T) => string): (key: string) => T | undefined {
    const index = new Index(of);
    for (const record of this.#records.values()) index.replace(undefined, record);
    this.#indexes.push(index);
    return (key) => index.get(key);
  }
}

class Index<T> {
  readonly #of: (record: T) => string;
  readonly #records = new Map<string, T>();

  constructor(of: (record: T) => string) {
    this.#of = of;
  }

  get(key: string): T | undefined {
    return this.#records.get(key);
  }

  replace(old: T | undefined, record: T | undefined): void {
    if (old !== undefined && this.get(this.#of(old)) === old) this.#records.delete(this.#of(old));
    if (record !== undefined) this.#records.set(this.#of(record), record);
  }
}

/** CLN's indexes (lightning-wait(7)): how many were ever created, updated, deleted. */
export class Counters<K extends string> {
  readonly #key: string;
  #counts: Readonly<Record<K, number>>;

  constructor(store: Reader, key: string, zero: Readonly<Record<K, number>>) {
    this.#key = key;
    this.#counts = store.getJson<Record<K, number>>(key) ?? zero;
  }

  get counts(): Readonly<Record<K, number>> {
    return this.#counts;
  }

  /** Counts one more, and returns its index. */
  next(tx: Tx, which: K): number {
    const count = this.#counts[which] + 1;
    this.#counts = { ...this.#counts, [which]: count };
    tx.putJson(this.#key, this.#counts);
    return count;
  }
}
