import { dirname, isAbsolute, relative } from 'node:path';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Alias,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { Origin, Path, Place, Report } from './problems.js';

/** What anchors may blow a file up to. */
const MOST_VALUES = 100_000;

interface Offsets {
  readonly key: number;
  readonly value: number;
}

/**
 * YAML or JSON as plain data, with the place of each value. Anchors, aliases and merges (`<<`) are put in.
 *
 * @param file absolute
 * @returns data undefined where it is no YAML
 */
export function readYaml(
  text: string,
  file: string,
  report: Report,
): { readonly data: unknown; readonly origin: Origin } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, merge: true });
  const offsets = new Map<string, Offsets>();
  const name = shortPath(file);
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { text: `${name}:${Math.max(1, line)}:${Math.max(1, col)}`, order: offset };
  };
  const origin: Origin = {
    name,
    folder: dirname(file),
    place: (path, on) => {
      for (let length = path.length; length > 0; length--) {
        const found = offsets.get(JSON.stringify(path.slice(0, length)));
        if (found) return placeOf(length === path.length ? found[on] : found.value);
      }
      return placeOf(document.contents?.range?.[0] ?? 0);
    },
  };
  const tell: Tell = (offset, message, hint) =>
    report({ origin: { ...origin, place: () => placeOf(offset) }, path: [], on: 'value', message, hint });

  for (const { code, message, pos } of [...document.errors, ...document.warnings])
    if (code === 'MULTIPLE_DOCS') tell(pos[0], 'a second document begins', 'a network file has one');
    else tell(pos[0], message, 'it is no YAML from here on: look at this line and the one before it');
  if (document.errors.length + document.warnings.length > 0) return { data: undefined, origin };
  const reader = new PlainReader(document, offsets, tell);
  const data = reader.read(document.contents, []);
  return { data: reader.isBroken ? undefined : data, origin };
}

/** Reports what is wrong at an offset. */
type Tell = (offset: number, message: string, hint?: string) => void;

/** Turns nodes of a document into plain data, and notes where each was. */
class PlainReader {
  readonly #document: Document;
  readonly #offsets: Map<string, Offsets>;
  readonly #tell: Tell;
  readonly #within = new Set<Node>();
  readonly #targets = new Map<Alias, Node | undefined>();
  #count = 0;
  /** Whether an alias could not be put in. */
  isBroken = false;

  constructor(document: Document, offsets: Map<string, Offsets>, tell: Tell) {
    this.#document = document;
    this.#offsets = offsets;
    this.#tell = tell;
  }

  read(node: unknown, path: Path): unknown {
    const target = isAlias(node) ? this.#targetOf(node) : (node as Node | null | undefined);
    if (target === null || target === undefined) return null;
    const offset = (node as Node).range?.[0] ?? 0;
    if (this.#within.has(target)) return this.#broken(offset, 'this alias is within its own anchor');
    if (++this.#count === MOST_VALUES) this.#broken(offset, 'aliases make too much of this');
    if (this.#count >= MOST_VALUES) return undefined;
    this.#within.add(target);
    try {
      return this.#plain(target, path);
    } finally {
      this.#within.delete(target);
    }
  }

  #targetOf(alias: Alias): Node | undefined {
    if (!this.#targets.has(alias)) this.#targets.set(alias, alias.resolve(this.#document));
    const target = this.#targets.get(alias);
    if (!target) this.#broken(alias.range?.[0] ?? 0, `there is no anchor &${alias.source} before this`);
    return target;
  }

  #broken(offset: number, why: string): undefined {
    this.isBroken = true;
    this.#tell(offset, why, 'write it out instead');
  }

  #plain(node: Node, path: Path): unknown {
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], path);
    if (isSeq(node))
      return node.items.map((item, index) => {
        const at = (item as Node).range?.[0] ?? 0;
        this.#note([...path, index], { key: at, value: at });
        return this.read(item, [...path, index]);
      });
    if (!isScalar(node)) return undefined;
    const { value, source } = node;
    // 005500 is a colour, and 64 digits are a secret
    if (typeof value === 'number' && source !== undefined && source !== String(value) && /^\d+$/.test(source))
      return source;
    return value;
  }

  #map(pairs: readonly Pair<Node, Node | null>[], path: Path): Record<string, unknown> {
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const from = key.range?.[0] ?? 0;
      if (isScalar(key) && typeof key.value === 'symbol') {
        const maps = isSeq(value) ? value.items : [value];
        for (const map of maps) {
          const data = this.read(map, path);
          if (typeof data !== 'object' || data === null || Array.isArray(data))
            this.#tell(from, '<< takes a map, or a list of maps', 'as in <<: *defaults');
          else for (const [name, each] of Object.entries(data)) if (!merged.has(name)) merged.set(name, each);
        }
        continue;
      }
      if (!isScalar(key)) {
        this.#tell(from, 'a key is a word', 'brackets, braces and aliases cannot be keys');
        continue;
      }
      const name = key.source ?? String(key.value);
      if (own.has(name)) {
        this.#tell(from, `${name} is there twice`, 'leave one of them out, or give it another name');
        continue;
      }
      const isNothing = isScalar(value) && value.value === null && value.source === '';
      this.#note([...path, name], { key: from, value: isNothing ? from : (value?.range?.[0] ?? from) });
      own.set(name, this.read(value, [...path, name]));
    }
    for (const [name, value] of merged) if (!own.has(name)) own.set(name, value);
    return Object.fromEntries(own);
  }

  #note(path: Path, offsets: Offsets): void {
    this.#offsets.set(JSON.stringify(path), offsets);
  }
}

/** A path as a person would type it: from the current folder where it is below that. */
export function shortPath(file: string): string {
  const way = relative(process.cwd(), file);
  return way === '' || way.startsWith('..') || isAbsolute(way) ? file : way;
}
