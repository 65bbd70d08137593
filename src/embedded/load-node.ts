import { compileWasm } from './ldk/wasm.js';
import type * as StartNode from './start-node.js';

/** Loads the node's code while LDK's WebAssembly compiles: what takes longest of a start, both at once. */
export async function loadNode(): Promise<typeof StartNode> {
  compileWasm().catch(() => {}); // whoever starts the node hears of it
  return await import('./start-node.js');
}
