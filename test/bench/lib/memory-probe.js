/**
 * Loaded into a node's process before anything of its own (`node --import`): at SIGUSR2 it collects what nobody holds any
 * more, and writes what is left to `<LN_PLAY_MEMORY_PROBE>/<pid>.json`.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** LDK's memory, seen as its module is started. */
let wasm;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const started = await instantiate(...args);
  wasm = (started.exports ?? started.instance.exports).memory;
  return started;
};

/** LDK's bindings register each object that they have to free in LDK's memory. */
let held = 0;
globalThis.FinalizationRegistry = class extends FinalizationRegistry {
  constructor(free) {
    super((value) => {
      held--;
      free(value);
    });
  }
  register(...args) {
    held++;
    return super.register(...args);
  }
  unregister(token) {
    const found = super.unregister(token);
    if (found) held--;
    return found;
  }
};

process.on('SIGUSR2', () => void tell());

async function tell() {
  // one round frees what the next one finds unreachable
  for (let round = 0; round < 5; round++) {
    collect();
    await delay(20);
  }
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const path = join(process.env.LN_PLAY_MEMORY_PROBE, `${process.pid}.json`);
  const found = { rss, heapUsed, external, arrayBuffers, wasm: wasm?.buffer.byteLength ?? 0, held };
  writeFileSync(`${path}.new`, JSON.stringify(found));
  renameSync(`${path}.new`, path);
}
