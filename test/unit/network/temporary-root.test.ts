import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryRoot } from '../../../src/network/temporary-root.js';

afterEach(() => vi.unstubAllEnvs());

test('TMPDIR decides, where it is set', async () => {
  vi.stubEnv('TMPDIR', '/somewhere else');
  expect(await temporaryRoot()).toBe('/somewhere else');
});

test('in memory only where that is plenty, and else with all temporary files', async () => {
  vi.stubEnv('TMPDIR', undefined);
  const root = await temporaryRoot();
  if (root !== tmpdir()) {
    const { type, bavail, bsize } = await statfs(root);
    expect({ root, type }).toEqual({ root: '/dev/shm', type: 0x01021994 }); // TMPFS_MAGIC of statfs(2)
    expect(bavail * bsize).toBeGreaterThan(1024 ** 3);
  }
  vi.stubGlobal('process', { ...process, env: {}, platform: 'linux', availableMemory: () => 1024 ** 3 });
  expect(await temporaryRoot()).toBe(tmpdir());
  vi.unstubAllGlobals();
});
