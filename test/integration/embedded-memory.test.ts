import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/core/wait.js';
import type { Bitcoind } from '../../src/daemons/bitcoind.js';
import { Store } from '../../src/embedded/store/store.js';
import { invoice, makeFaucet, mine, openChannel, pay, settled, startNode } from './embedded/nodes.js';
import { startBitcoind, type EmbeddedProcess } from './embedded/process.js';
import { useTemporaryFolder } from './support.js';

/** As a URL: a path with a space would be two words in NODE_OPTIONS. */
const PROBE = new URL('../bench/lib/memory-probe.js', import.meta.url).href;
const MB = 1 << 20;

/** What a node holds after everything was collected that nobody needs, in bytes; `held` counts objects of LDK's. */
interface Memory {
  readonly heapUsed: number;
  readonly arrayBuffers: number;
  readonly wasm: number;
  readonly held: number;
}

const folder = useTemporaryFolder();
let bitcoind: Bitcoind | undefined;
let l1: EmbeddedProcess;
let l2: EmbeddedProcess;

beforeAll(async () => {
  const probes = join(folder.path, 'probes');
  await mkdir(probes);
  const chain = (bitcoind = await startBitcoind(folder.path));
  await makeFaucet(chain, 5);
  await mine(chain, 100);
  const before = process.env['NODE_OPTIONS'];
  process.env['LN_PLAY_MEMORY_PROBE'] = probes;
  process.env['NODE_OPTIONS'] = `--import ${PROBE}`;
  try {
    [l1, l2] = await Promise.all([startNode(folder.path, 'l1', chain), startNode(folder.path, 'l2', chain)]);
  } finally {
    delete process.env['LN_PLAY_MEMORY_PROBE'];
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
  await openChannel(chain, l1, l2, join(folder.path, 'l2/peer'));
  await pay(l1, l2, 1_000);
});
afterAll(async () => {
  await Promise.all([l1?.stop(), l2?.stop()]);
  await bitcoind?.daemon.stop();
  bitcoind?.close();
});

async function memoryOf({ child }: EmbeddedProcess): Promise<Memory> {
  const path = join(folder.path, 'probes', `${child.pid}.json`);
  await rm(path, { force: true });
  child.kill('SIGUSR2');
  return await waitFor<Memory>('the probe to answer', async () => {
    const found = await readFile(path, 'utf8').catch(() => undefined);
    return found === undefined ? { seen: 'no answer' } : { done: JSON.parse(found) as Memory };
  });
}

const payMany = async (count: number): Promise<void> => {
  for (let paid = 0; paid < count; paid += 20) await Promise.all(Array.from({ length: 20 }, () => pay(l1, l2, 1_000)));
  await settled(l1, l2);
};

/** How large LDK's state is that each turn writes, but for the channels' monitors. */
async function stateBytes({ lightningDir }: EmbeddedProcess): Promise<number> {
  const copy = join(folder.path, 'state');
  await copyFile(join(lightningDir, 'regtest/ldk-state'), copy);
  const store = Store.open(copy);
  store.close();
  return store.get('manager')!.length;
}

test('payments leave next to nothing in LDK’s memory, nor in what each turn writes', async () => {
  await payMany(100);
  const before = await Promise.all([l1, l2].map(memoryOf));
  await payMany(400);
  const after = await Promise.all([l1, l2].map(memoryOf));
  for (const [i, then] of before.entries()) {
    const now = after[i]!;
    expect(now.wasm - then.wasm).toBeLessThan(3 * MB);
    expect(now.held - then.held).toBeLessThan(100);
  }
  // 80 bytes for each payment that LDK still keeps
  expect(await stateBytes(l1)).toBeLessThan(25_000);
});

test('invoices leave nothing in LDK’s memory', async () => {
  const before = await memoryOf(l2);
  for (let made = 0; made < 1000; made += 50) await Promise.all(Array.from({ length: 50 }, () => invoice(l2, 1_000)));
  const after = await memoryOf(l2);
  expect(after.wasm - before.wasm).toBeLessThan(2 * MB);
  expect(after.held - before.held).toBeLessThan(100);
});
