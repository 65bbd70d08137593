import * as ldk from '#ldk';
import { compileWasm } from './wasm.js';

/** What scripts/bundle-ldk.js adds to the package's own exports. */
interface Bundled {
  readonly initializeWasmFromModule: (module: object) => Promise<void>;
}

/** Starts LDK. Whatever it prints goes to `onPrint`: its greeting, and a panic's message and place. */
export async function startLdk(onPrint: (text: string) => void): Promise<void> {
  // LDK's bindings print with console.log, and nothing else here does
  globalThis.console.log = (...words: unknown[]) => onPrint(words.join(' ').trim());
  await (ldk as unknown as Bundled).initializeWasmFromModule(await compileWasm());
}
