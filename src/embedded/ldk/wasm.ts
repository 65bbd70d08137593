import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

// TypeScript only knows it from the DOM's types
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

let compiling: Promise<object> | undefined;

/** Begins to compile LDK's WebAssembly, on other threads; the same promise for all who ask. */
export function compileWasm(): Promise<object> {
  compiling ??= readFile(fileURLToPath(import.meta.resolve('lightningdevkit/liblightningjs.wasm'))).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  return compiling;
}
