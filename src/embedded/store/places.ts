/** Where in the file a value is. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** What comes before a key's first `/`, with it: all keys of a kind are found without a look at the others. */
const kindOf = (key: string): string => key.slice(0, key.indexOf('/') + 1);

/** Where the value of each key is. */
export class Places {
  readonly #kinds = new Map<string, Map<string, Place>>();

  get(key: string): Place | undefined {
    return this.#kinds.get(kindOf(key))?.get(key);
  }

  set(key: string, place: Place): void {
    const kind = kindOf(key);
    let places = this.#kinds.get(kind);
    if (!places) this.#kinds.set(kind, (places = new Map<string, Place>()));
    places.set(key, place);
  }

  delete(key: string): void {
    this.#kinds.get(kindOf(key))?.delete(key);
  }

  /** Those of all keys, kind by kind, each in the order in which its keys came. */
  *entries(): Iterable<[string, Place]> {
    for (const places of this.#kinds.values()) yield* places;
  }

  /** The keys that begin with `prefix`, in the order in which they came where all are of one kind, and their places. */
  *within(prefix: string): Iterable<[string, Place]> {
    const kind = kindOf(prefix);
    const kinds = kind === '' ? this.#kinds.values() : [this.#kinds.get(kind) ?? new Map<string, Place>()];
    for (const places of kinds) for (const entry of places) if (entry[0].startsWith(prefix)) yield entry;
  }
}
