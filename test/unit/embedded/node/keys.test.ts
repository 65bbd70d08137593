import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deriveKeys, loadHsmSecret } from '../../../../src/embedded/node/keys.js';

describe('hsm_secret', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keys-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is made where there is none, and read again', () => {
    const path = join(folder, 'hsm_secret');
    const secret = loadHsmSecret(path);
    expect(statSync(path)).toMatchObject({ size: 32 });
    expect(statSync(path).mode & 0o777).toBe(0o400);
    expect(loadHsmSecret(path)).toEqual(secret);
  });

  test.each([
    ['short', Buffer.alloc(31, 1)],
    ['encrypted', Buffer.alloc(73, 1)],
    ['empty', Buffer.alloc(0)],
    ['zero, which is no key', Buffer.alloc(32)],
  ])('is refused when it is %s', (_what, content) => {
    const path = join(folder, 'hsm_secret');
    writeFileSync(path, content);
    expect(() => loadHsmSecret(path)).toThrow(/is not a raw hsm_secret of 32 bytes/);
  });
});

test('the node id is the one that Core Lightning derives from the same secret', () => {
  const secret = Buffer.from('00'.repeat(31) + '01', 'hex');
  const { nodeId, walletKey } = deriveKeys(secret);
  // measured with Core Lightning v26.06.6
  expect(nodeId.toString('hex')).toBe('02c9f03263824f6158d23c1b19a304f9689c782265662c07e35566f8c8d686f333');
  expect(walletKey).toMatch(/^tprv8ZgxMBicQKsP[1-9A-HJ-NP-Za-km-z]{95}$/);
});
