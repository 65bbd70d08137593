import { createECDH, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  derOf,
  gossipSigner,
  isFrom,
  multiplyScalars,
  recover,
  sharedSecret,
  sign,
} from '../../../../src/embedded/bitcoin/curve.js';
import { hash256 } from '../../../../src/embedded/bitcoin/hashes.js';

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
      expect(sharedSecret(a.secret, b.key)).toEqual(sharedSecret(b.secret, a.key));
    }
  });

  // BOLT #4, onion-test.json: the session key and the first hop's key
  test('are those of the onion test vector', () => {
    const session = Buffer.from('41'.repeat(32), 'hex');
    const hop = Buffer.from('02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619', 'hex');
    expect(sharedSecret(session, hop).toString('hex')).toBe(
      '53eb63ea8a3fec3b3cd433b85cd62a4b145e1dda09391b348c4e1cd36a03ea66',
    );
  });

  test('scalars are multiplied modulo the order of the curve', () => {
    const [a, b] = [pair(), randomBytes(32)];
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(multiplyScalars(a.secret, b));
    expect(ecdh.getPublicKey().length).toBe(65);
    expect(Buffer.from(multiplyScalars(a.secret, Buffer.from('00'.repeat(31) + '01', 'hex')))).toEqual(a.secret);
  });
});

describe('a signature', () => {
  const secret = Buffer.alloc(32, 7);
  const hash = Buffer.alloc(32, 9);
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(secret);
  const key = ecdh.getPublicKey(null, 'compressed');
  const signature = sign(hash, secret);

  test('tells who made it', () => {
    expect(recover(hash, signature)).toEqual(key);
    expect(isFrom(hash, signature, key)).toBe(true);
    expect(isFrom(Buffer.alloc(32, 8), signature, key)).toBe(false);
    expect(derOf(signature)[0]).toBe(0x30);
  });

  test('that nobody can have made is from nobody', () => {
    expect(recover(hash, { compact: Buffer.alloc(64), recovery: 0 })).toBeUndefined();
    expect(isFrom(hash, signature, Buffer.alloc(33, 2))).toBe(false);
  });
});

test('gossip is signed with the low s, so that everybody takes it', () => {
  const key = createECDH('secp256k1');
  key.generateKeys();
  const secret = Buffer.alloc(32);
  key.getPrivateKey().copy(secret, 32 - key.getPrivateKey().length);
  const signGossip = gossipSigner(secret);
  for (let i = 0; i < 20; i++) {
    const message = randomBytes(100);
    const compact = Buffer.from(signGossip(message));
    // noble refuses a high s
    expect(isFrom(hash256(message), { compact, recovery: 0 }, key.getPublicKey(null, 'compressed'))).toBe(true);
  }
});
