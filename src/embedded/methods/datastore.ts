import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Method } from '../context.js';
import { ParamError, RpcError } from '../rpc/errors.js';
import { CODE } from '../../cln/error-codes.js';
import { method } from '../rpc/method.js';
import { LONGEST_KEY_BYTES } from '../store/store.js';
import { escapedString, hex, u64, type ParamType } from '../rpc/params.js';
import { textOf } from '../../cln/json.js';

/** Where the datastore is kept: `commit` returns once all changes are on disk. */
export interface Storage {
  readonly get: (key: string) => Uint8Array | undefined;
  readonly keys: (prefix: string) => string[];
  readonly put: (key: string, value: Uint8Array) => void;
  readonly delete: (key: string) => void;
  readonly commit: () => void;
}

type Key = readonly string[];

interface Entry {
  readonly key: Key;
  readonly generation: bigint;
  readonly data: Uint8Array;
}

/** The parts of a key are joined by a character that they cannot contain, which also sorts them as CLN does. */
const SEPARATOR = '\0';
const GENERATION_BYTES = 8;

const MODES = ['must-create', 'must-replace', 'create-or-replace', 'must-append', 'create-or-append'] as const;
type Mode = (typeof MODES)[number];

const mode: ParamType<Mode> = (value, name) => {
  const found = MODES.find((known) => known === value);
  if (found) return found;
  const quoted = MODES.map((known) => `'${known}'`);
  throw new ParamError(name, `should be ${quoted.slice(0, -1).join(', ')}, or ${quoted.at(-1)}`, value);
};

const keyParam: ParamType<Key> = (value, name) => {
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (parts.length === 0) throw new ParamError(name, 'should not be empty', value);
  for (const part of parts) {
    const wanted = Array.isArray(value) ? 'should be string' : 'should be string or array';
    if (typeof part === 'object' || textOf(part).includes(SEPARATOR)) throw new ParamError(name, wanted, part);
  }
  return parts.map(textOf);
};

/** `datastore`, `listdatastore`, `deldatastore`, `datastoreusage` (lightning-datastore(7)). */
export function datastoreMethods(storage: Storage): readonly Method[] {
  const read = (key: Key): Entry | undefined => {
    const value = storage.get(key.join(SEPARATOR));
    if (!value) return undefined;
    const bytes = Buffer.from(value);
    return { key, generation: bytes.readBigUInt64BE(0), data: bytes.subarray(GENERATION_BYTES) };
  };
  const write = ({ key, generation, data }: Entry): void => {
    const head = Buffer.alloc(GENERATION_BYTES);
    head.writeBigUInt64BE(generation);
    storage.put(key.join(SEPARATOR), Buffer.concat([head, data]));
    storage.commit();
  };
  /** The entries at and below a key, in order. */
  const below = (key: Key): Entry[] =>
    storage
      .keys(key.join(SEPARATOR))
      .map((joined) => joined.split(SEPARATOR))
      .filter((found) => key.every((part, i) => found[i] === part))
      .sort((a, b) => Buffer.compare(Buffer.from(a.join(SEPARATOR)), Buffer.from(b.join(SEPARATOR))))
      .map((found) => read(found)!);

  return [
    method({
      name: 'datastore',
      category: 'utility',
      params: [
        { name: 'key', type: keyParam, required: true },
        { name: 'string', type: escapedString },
        { name: 'hex', type: hex },
        { name: 'mode', type: mode, default: 'must-create' },
        { name: 'generation', type: u64 },
      ],
      handle: ({ key, string, hex: hexData, mode: how, generation }) => {
        const data = dataOf(string, hexData);
        const length = Buffer.byteLength(key.join(SEPARATOR));
        if (length > LONGEST_KEY_BYTES) throw invalid(`key: ${length} bytes, more than ${LONGEST_KEY_BYTES}`);
        if (generation !== undefined && how !== 'must-replace' && how !== 'must-append')
          throw invalid('generation only valid with must-replace or must-append');
        const entry = read(key);
        if (!entry) checkPlace(key);
        if (entry && how === 'must-create')
          throw new RpcError(CODE.DATASTORE_UPDATE_ALREADY_EXISTS, 'Key already exists');
        if (!entry && (how === 'must-replace' || how === 'must-append'))
          throw new RpcError(CODE.DATASTORE_UPDATE_DOES_NOT_EXIST, 'Key does not exist');
        if (generation !== undefined && generation !== entry?.generation)
          throw new RpcError(CODE.DATASTORE_UPDATE_WRONG_GENERATION, 'generation is different');
        const written: Entry = {
          key,
          generation: entry ? entry.generation + 1n : 0n,
          data: entry && how.endsWith('append') ? Buffer.concat([entry.data, data]) : data,
        };
        write(written);
        return describe(written);
      },
    }),
    method({
      name: 'listdatastore',
      category: 'utility',
      params: [{ name: 'key', type: keyParam }],
      handle: ({ key = [] }) => {
        const listed = new Map<string, JsonObject>();
        for (const entry of below(key)) {
          const own = entry.key.length <= key.length + 1;
          const shown = own ? entry.key : entry.key.slice(0, key.length + 1);
          // of what lies deeper only the first part is shown, to say that there is something
          if (own || !listed.has(shown.join(SEPARATOR)))
            listed.set(shown.join(SEPARATOR), own ? describe(entry) : { key: shown });
        }
        return { datastore: Array.from(listed.values()) };
      },
    }),
    method({
      name: 'deldatastore',
      category: 'utility',
      params: [
        { name: 'key', type: keyParam, required: true },
        { name: 'generation', type: u64 },
      ],
      handle: ({ key, generation }) => {
        const entry = read(key);
        if (!entry) throw new RpcError(CODE.DATASTORE_DEL_DOES_NOT_EXIST, 'Key does not exist');
        if (generation !== undefined && generation !== entry.generation)
          throw new RpcError(CODE.DATASTORE_DEL_WRONG_GENERATION, 'generation is different');
        storage.delete(key.join(SEPARATOR));
        storage.commit();
        return describe(entry);
      },
    }),
    method({
      name: 'datastoreusage',
      category: 'utility',
      params: [{ name: 'key', type: keyParam }],
      handle: ({ key = [] }) => {
        const from = key[0] === '' ? [] : key;
        const sizes = below(from).map((entry) => entry.data.length + Buffer.byteLength(entry.key.join(SEPARATOR)));
        return {
          datastoreusage: { key: `[${from.join(',')}]`, total_bytes: sizes.reduce((sum, size) => sum + size, 0) },
        };
      },
    }),
  ];

  /** An entry has either data or children, never both. */
  function checkPlace(key: Key): void {
    if (below(key).length > 0) throw new RpcError(CODE.DATASTORE_UPDATE_HAS_CHILDREN, 'Key has children already');
    for (let length = 1; length < key.length; length++) {
      const parent = key.slice(0, length);
      if (read(parent))
        throw new RpcError(CODE.DATASTORE_UPDATE_NO_CHILDREN, `Parent key [${parent.join(',')}] exists`);
    }
  }
}

const invalid = (message: string): RpcError => new RpcError(CODE.INVALID_PARAMS, message);

function dataOf(string: string | undefined, hexData: string | undefined): Buffer {
  if (string !== undefined && hexData !== undefined) throw invalid('Cannot have both hex and string');
  if (string !== undefined) return Buffer.from(string);
  if (hexData !== undefined) return Buffer.from(hexData, 'hex');
  throw invalid('Must have either hex or string');
}

function describe({ key, generation, data }: Entry): JsonObject {
  const bytes = Buffer.from(data);
  const string = asText(bytes);
  return { key, generation, hex: bytes.toString('hex'), ...(string === undefined ? {} : { string }) };
}

/** The bytes as text, if they are valid UTF-8 without control characters. */
function asText(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) && !text.includes('\0') ? text : undefined;
}
