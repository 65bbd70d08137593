import type * as NodeModule from './node.js';
import { compileWasm } from './wasm.js';

/** Loads the node's code while LDK's WebAssembly compiles: what takes longest of a start, both at once. */
export async function loadNode(): Promise<typeof NodeModule> {
  compileWasm().catch(() => {}); // whoever starts the node hears of it
  return await import('./node.js');
}
