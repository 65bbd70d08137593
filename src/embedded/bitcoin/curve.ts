import { createECDH, createPrivateKey, sign as signByOpenSsl } from 'node:crypto';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from './hashes.js';

const { Point } = secp256k1;
// the usual table of the generator's multiples takes as long as a payment, at the first signature: this one a tenth of it
Point.BASE.precompute(4);

/** The product of two numbers modulo the order of the curve, as 32 bytes. */
export const multiplyScalars = (a: Uint8Array, b: Uint8Array): Uint8Array =>
  Point.Fn.toBytes(Point.Fn.mul(Point.Fn.fromBytes(a), Point.Fn.fromBytes(b)));

/** BOLT #4's and #8's ECDH: the SHA256 of the shared point, compressed. */
export const sharedSecret = (secret: Uint8Array, publicKey: Uint8Array): Buffer =>
  sha256(secp256k1.getSharedSecret(secret, publicKey));

/** An ECDSA signature: r and s (the low one), 64 bytes, and which of the possible public keys it is from. */
export interface Signature {
  readonly compact: Buffer;
  readonly recovery: number;
}

/** Signs 32 bytes. */
export function sign(hash: Uint8Array, secret: Uint8Array): Signature {
  const [recovery, ...compact] = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
  return { compact: Buffer.from(compact), recovery: recovery! };
}

/**
 * Signs the double SHA256 of messages, 64 bytes each: by OpenSSL, since noble's first signature takes a newly started node
 * some 50 ms while somebody waits for its channel. OpenSSL doesn't choose the low s, and tells no recovery id.
 */
export function gossipSigner(secret: Uint8Array): (message: Uint8Array) => Uint8Array {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const [x, y] = [part(point.subarray(1, 33)), part(point.subarray(33))];
  const key = createPrivateKey({ key: { kty: 'EC', crv: 'secp256k1', d: part(secret), x, y }, format: 'jwk' });
  return (message) => {
    const bytes = signByOpenSsl('sha256', sha256(message), { key, dsaEncoding: 'ieee-p1363' });
    const signature = secp256k1.Signature.fromBytes(bytes);
    if (!signature.hasHighS()) return bytes;
    return new secp256k1.Signature(signature.r, Point.Fn.neg(signature.s)).toBytes();
  };
}

/** The public key that a signature of 32 bytes is from, 33 bytes; undefined if it is from none. */
export function recover(hash: Uint8Array, { compact, recovery }: Signature): Buffer | undefined {
  try {
    return Buffer.from(
      secp256k1.recoverPublicKey(Buffer.concat([Buffer.of(recovery), compact]), hash, { prehash: false }),
    );
  } catch {
    return undefined; // noble throws for a signature that no key can have made
  }
}

/** Whether the holder of a public key has signed these 32 bytes. */
export function isFrom(hash: Uint8Array, { compact }: Signature, publicKey: Uint8Array): boolean {
  try {
    return secp256k1.verify(compact, hash, publicKey, { prehash: false });
  } catch {
    return false; // noble throws for a public key that is not on the curve
  }
}

/** The signature in DER, as CLN shows it. */
export const derOf = ({ compact }: Signature): Uint8Array => secp256k1.Signature.fromBytes(compact).toBytes('der');

/** A BIP 340 signature of 32 bytes, as BOLT #12 has them: 64 bytes. */
export const signSchnorr = (hash: Uint8Array, secret: Uint8Array): Uint8Array => schnorr.sign(hash, secret);
