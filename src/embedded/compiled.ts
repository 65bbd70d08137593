import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFolder } from '../core/cache-folder.js';
import { LnPlayError, systemCode } from '../core/errors.js';
import { makePrivateFolder, writeWhole } from '../core/files.js';
import { assertOurs } from '../core/ownership.js';
import { SMALL_HEAP_LATER } from '../core/small-heap.js';

const FOLDER = 'compiled-lightningd';
/** How many are kept: one for each build and each Node that runs it. */
const KEPT = 6;
const HASH_BYTES = 32;

/** A program that was loaded. */
export interface Loaded<Exports> {
  readonly exports: Exports;
  /** Keeps what was compiled of it by now for its next start. Where that can't be, it starts as slowly again. */
  readonly keep: () => Promise<void>;
}

/**
 * Loads a CommonJS program of one file, ASCII alone, with what V8 compiled of it at an earlier start: that is a third of what
 * the start of a node takes. It's kept in our cache, for this very program and this Node; what is damaged there, or could have
 * been put there by somebody else, isn't used.
 */
export function loadCompiled<Exports>(file: string, cache = cacheFolder()): Loaded<Exports> {
  // of LDK a node calls a small part: WebAssembly that isn't called isn't checked. V8's version, below, has its flags in it
  setFlagsFromString('--wasm-lazy-validation');
  // nor is much of what is called worth compiling once more, better, as early as V8 takes it to be by default
  setFlagsFromString('--wasm-tiering-budget=30000000');
  setFlagsFromString(SMALL_HEAP_LATER);
  const source = readFileSync(file);
  const folder = join(cache, FOLDER);
  const name = `${sha256(source).toString('hex', 0, 8)}-${process.version}-${process.arch}-${cachedDataVersionTag()}`;
  const kept = isOurs(folder, name) ? read(join(folder, name)) : undefined;
  const script = new Script(`(function (exports, require, __filename) {${source.toString('latin1')}\n})`, {
    filename: file,
    ...(kept && { cachedData: kept }),
  });
  const isKept = kept !== undefined && !script.cachedDataRejected;
  const exports = {};
  (script.runInThisContext() as Program)(exports, createRequire(file), file);
  return {
    exports: exports as Exports,
    keep: async () => {
      if (isKept) return;
      try {
        await makePrivateFolder(folder);
        if (!isOurs(folder, name)) return;
        if (!script.cachedDataRejected && read(join(folder, name))) return; // another node was quicker
        const data = script.createCachedData();
        await writeWhole(join(folder, name), Buffer.concat([sha256(data), data]));
        removeOld(folder);
      } catch (error) {
        // a cache that can't be written is none
        if (!(error instanceof LnPlayError) && systemCode(error) === undefined) throw error;
      }
    },
  };
}

type Program = (exports: object, require: NodeJS.Require, __filename: string) => void;

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

function isOurs(folder: string, name: string): boolean {
  try {
    assertOurs(folder, [name], '');
    return true;
  } catch (error) {
    if (error instanceof LnPlayError) return false;
    throw error;
  }
}

/** What is in a file of the cache; undefined where there is none, it can't be read, or it isn't as it was written. */
function read(file: string): Buffer | undefined {
  try {
    const content = readFileSync(file);
    const data = content.subarray(HASH_BYTES);
    return sha256(data).equals(content.subarray(0, HASH_BYTES)) ? data : undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function removeOld(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name));
  const age = new Map(files.map((file) => [file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0]));
  for (const file of files.sort((a, b) => age.get(b)! - age.get(a)!).slice(KEPT)) rmSync(file, { force: true });
}
