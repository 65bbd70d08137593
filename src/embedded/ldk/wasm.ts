import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as ldk from 'lightningdevkit';

/**
 * Starts LDK's WebAssembly. Whatever it prints goes to `onPrint`: its greeting, and a panic's message and place.
 */
export async function startWasm(onPrint: (text: string) => void): Promise<void> {
  // LDK's bindings print with console.log, and nothing else here does
  globalThis.console.log = (...words: unknown[]) => onPrint(words.join(' ').trim());
  const path = fileURLToPath(import.meta.resolve('lightningdevkit/liblightningjs.wasm'));
  await ldk.initializeWasmFromBinary(await readFile(path));
}
