import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// TypeScript only knows it from the DOM's types
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

const require = createRequire(import.meta.url);

let compiling: Promise<object> | undefined;

/** Begins to compile LDK's WebAssembly, on other threads; the same promise for all who ask. */
export function compileWasm(): Promise<object> {
  // at once: read in parts, its 12 MB would be copied once more
  compiling ??= WebAssembly.compile(readFileSync(require.resolve('lightningdevkit/liblightningjs.wasm')));
  return compiling;
}
