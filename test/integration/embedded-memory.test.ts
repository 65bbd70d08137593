import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Playground } from 'ln-play';
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
  readonly rss: number;
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
  [l1, l2] = await probed(() =>
    Promise.all([startNode(folder.path, 'l1', chain), startNode(folder.path, 'l2', chain)]),
  );
  await openChannel(chain, l1, l2, join(folder.path, 'l2/peer'));
  await pay(l1, l2, 1_000);
});
afterAll(async () => {
  await Promise.all([l1?.stop(), l2?.stop()]);
  await bitcoind?.daemon.stop();
  bitcoind?.close();
});

/** Has the nodes that `start` starts tell of their memory. */
async function probed<T>(start: () => Promise<T>): Promise<T> {
  const before = process.env['NODE_OPTIONS'];
  process.env['LN_PLAY_MEMORY_PROBE'] = join(folder.path, 'probes');
  process.env['NODE_OPTIONS'] = `--import ${PROBE}`;
  try {
    return await start();
  } finally {
    delete process.env['LN_PLAY_MEMORY_PROBE'];
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
}

async function memoryOf({ pid }: { readonly pid?: number | undefined }): Promise<Memory> {
  const path = join(folder.path, 'probes', `${pid}.json`);
  await rm(path, { force: true });
  process.kill(pid!, 'SIGUSR2');
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
  const before = await Promise.all([l1.child, l2.child].map(memoryOf));
  await payMany(400);
  const after = await Promise.all([l1.child, l2.child].map(memoryOf));
  for (const [i, then] of before.entries()) {
    const now = after[i]!;
    expect(now.wasm - then.wasm).toBeLessThan(3 * MB);
    expect(now.held - then.held).toBeLessThan(100);
  }
  // 80 bytes for each payment that LDK still keeps
  expect(await stateBytes(l1)).toBeLessThan(25_000);
});

test('invoices leave nothing in LDK’s memory', async () => {
  const before = await memoryOf(l2.child);
  for (let made = 0; made < 1000; made += 50) await Promise.all(Array.from({ length: 50 }, () => invoice(l2, 1_000)));
  const after = await memoryOf(l2.child);
  expect(after.wasm - before.wasm).toBeLessThan(2 * MB);
  expect(after.held - before.held).toBeLessThan(100);
});

test.runIf(process.platform === 'linux')('a node of a playground gives back what large values took', async () => {
  await using playground = await probed(() => Playground.start({ lightningd: 'embedded', nodes: 1 }));
  const { rpc, lightningd } = playground.node('l1');
  const store = async (label: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await rpc.call('datastore', { key: [label, String(i)], hex: '5a'.repeat(100_000) });
  };
  await store('first', 5);
  const before = await memoryOf(lightningd.daemon);
  await store('more', 300);
  const after = await memoryOf(lightningd.daemon);
  expect(after.rss - before.rss).toBeLessThan(15 * MB);
});
