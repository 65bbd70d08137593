/**
 * The part of the package lightningdevkit that src uses, in one file instead of 1500: loading the package as it is takes
 * longer than all else that the embedded lightningd does to start.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const index = fileURLToPath(import.meta.resolve('lightningdevkit'));
const bindings = join(index, '..', 'bindings.mjs');
const base = join(index, '..', 'structs', 'CommonBase.mjs');
const ENTRY = '\0ldk';

/** A way that the package lacks, to start from a module that is compiled already. */
const START = 'initializeWasmFromModule';
const startFromModule = `
export async function ${START}(module) {
  for (const fn of fn_list) imports.env['js_invoke_function_' + fn] = js_invoke;
  await finishInitializeWasm(await WebAssembly.instantiate(module, imports));
}
`;

/** Another: to free what an object has in LDK's memory at once, not when its garbage is collected some day. */
const RELEASE = 'releaseObject';
const NAMES_ITS_MEMORY = 'this.ptr = ptr;';
const release = `
export function ${RELEASE}(object) {
  if (object.ptr == 0n) return;
  const { ptr, freePtr } = object;
  CommonBase.set_null_skip_free(object);
  freePtr(ptr);
}
`;

function withRelease(code) {
  if (code.split(NAMES_ITS_MEMORY).length !== 2)
    throw new Error(`${base}: not as it was: where is ${NAMES_ITS_MEMORY}`);
  return code.replace(NAMES_ITS_MEMORY, `${NAMES_ITS_MEMORY} this.freePtr = free_fn;`) + release;
}

/** What our own sources write after `ldk.` */
function usedNames() {
  const folder = join(root, 'src', 'embedded');
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const sources = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  return new Set(sources.flatMap((text) => Array.from(text.matchAll(/\bldk\.([A-Z]\w+)/g), ([, name]) => name)));
}

/** Writes it. */
export async function bundleLdk(file) {
  const names = [...usedNames()].join(', ');
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'node',
    treeshake: { moduleSideEffects: false }, // its modules are classes and functions, and do nothing when loaded
    onLog: (level, log, handle) => level !== 'info' && handle(level, log),
    plugins: [
      {
        name: 'the part of lightningdevkit that is used',
        resolveId: (id) => (id === ENTRY ? id : undefined),
        load: (id) =>
          id === ENTRY
            ? `export { ${names} } from ${JSON.stringify(index)};
               export { ${START} } from ${JSON.stringify(bindings)};
               export { ${RELEASE} } from ${JSON.stringify(base)};`
            : undefined,
        transform: (code, id) =>
          id === bindings ? code + startFromModule : id === base ? withRelease(code) : undefined,
      },
    ],
  });
  await bundle.write({
    file,
    format: 'esm',
    minify: true,
    comments: false,
    banner: '/*! of lightningdevkit, by the LDK developers: MIT or Apache-2.0 */',
  });
}
