import { createECDH, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { multiplyScalars, SharedSecrets } from '../../../../src/embedded/ldk/curve.js';
import { deriveKeys, loadHsmSecret } from '../../../../src/embedded/ldk/keys.js';

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

describe('shared secrets', () => {
  const pair = (): { secret: Buffer; key: Buffer } => {
    const ecdh = createECDH('secp256k1');
    ecdh.generateKeys();
    const secret = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
    return { secret, key: ecdh.getPublicKey(null, 'compressed') };
  };

  test('are the same on both sides, whatever the sign of the point', () => {
    for (let i = 0; i < 40; i++) {
      const [a, b] = [pair(), pair()];
      expect(new SharedSecrets(a.secret).with(b.key)).toEqual(new SharedSecrets(b.secret).with(a.key));
    }
  });

  // BOLT #4, onion-test.json: the session key and the first hop's key
  test('are those of the onion test vector', () => {
    const session = Buffer.from('41'.repeat(32), 'hex');
    const hop = Buffer.from('02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619', 'hex');
    expect(new SharedSecrets(session).with(hop).toString('hex')).toBe(
      '53eb63ea8a3fec3b3cd433b85cd62a4b145e1dda09391b348c4e1cd36a03ea66',
    );
  });

  test('scalars are multiplied modulo the order of the curve', () => {
    const [a, b] = [pair(), randomBytes(32)];
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(multiplyScalars(a.secret, b));
    expect(ecdh.getPublicKey().length).toBe(65);
    expect(multiplyScalars(a.secret, Buffer.from('00'.repeat(31) + '01', 'hex'))).toEqual(a.secret);
  });
});
