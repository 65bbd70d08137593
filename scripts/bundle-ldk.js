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
const ENTRY = '\0ldk';

/** A way that the package lacks, to start from a module that is compiled already. */
const START = 'initializeWasmFromModule';
const startFromModule = `
export async function ${START}(module) {
  for (const fn of fn_list) imports.env['js_invoke_function_' + fn] = js_invoke;
  await finishInitializeWasm(await WebAssembly.instantiate(module, imports));
}
`;

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
            ? `export { ${names} } from ${JSON.stringify(index)};\nexport { ${START} } from ${JSON.stringify(bindings)};`
            : undefined,
        transform: (code, id) => (id === bindings ? code + startFromModule : undefined),
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
