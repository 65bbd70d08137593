import type { Reader, Tx } from './turns.js';

/** Records of one kind, each on disk under `<prefix><key>`. In memory are the keys alone: a record is read when it is asked for. */
export class Records<T> {
  readonly #store: Reader;
  readonly #prefix: string;
  readonly #keyOf: (record: T) => string;
  readonly #indexes: Index<T>[] = [];
  /** Those for which the records have not been read yet. */
  readonly #newIndexes: Index<T>[] = [];

  constructor(store: Reader, prefix: string, keyOf: (record: T) => string) {
    this.#store = store;
    this.#prefix = prefix;
    this.#keyOf = keyOf;
  }

  get(key: string): T | undefined {
    return this.#store.getJson<T>(this.#prefix + key);
  }

  /** One after the other, by when its key came. */
  all(): Iterable<T> {
    return this.#store.allJson<T>(this.#prefix);
  }

  list(): T[] {
    return Array.from(this.all());
  }

  put(tx: Tx, record: T): void {
    const key = this.#keyOf(record);
    this.#reindex(key, record);
    tx.putJson(this.#prefix + key, record);
  }

  /** Puts the record with `change`, if there is one. */
  update(tx: Tx, key: string, change: Partial<T>): T | undefined {
    const record = this.get(key);
    if (!record) return undefined;
    const changed = { ...record, ...change };
    this.put(tx, changed);
    return changed;
  }

  delete(tx: Tx, key: string): void {
    this.#reindex(key, undefined);
    tx.delete(this.#prefix + key);
  }

  /** Another way to a record, by something that only one of them has. */
  indexBy(of: (record: T) => string | number | undefined): (name: string | number) => T | undefined {
    const index = new Index(of);
    this.#newIndexes.push(index);
    return (name) => {
      this.#fillIndexes();
      const key = index.get(name);
      return key === undefined ? undefined : this.get(key);
    };
  }

  #reindex(key: string, record: T | undefined): void {
    this.#fillIndexes();
    if (this.#indexes.length === 0) return;
    const old = this.get(key);
    for (const index of this.#indexes) index.replace(key, old, record);
  }

  /** All records have to be read for it: once for all indexes, and not before one is needed. */
  #fillIndexes(): void {
    if (this.#newIndexes.length === 0) return;
    const indexes = this.#newIndexes.splice(0);
    for (const record of this.all()) for (const index of indexes) index.replace(this.#keyOf(record), undefined, record);
    this.#indexes.push(...indexes);
  }
}

/** From another name of a record to its key. */
class Index<T> {
  readonly #of: (record: T) => string | number | undefined;
  readonly #keys = new Map<string | number, string>();

  constructor(of: (record: T) => string | number | undefined) {
    this.#of = of;
  }

  get(name: string | number): string | undefined {
    return this.#keys.get(name);
  }

  replace(key: string, old: T | undefined, record: T | undefined): void {
    const before = old && this.#of(old);
    const now = record && this.#of(record);
    if (before !== undefined && this.#keys.get(before) === key) this.#keys.delete(before);
    if (now !== undefined) this.#keys.set(now, key);
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
