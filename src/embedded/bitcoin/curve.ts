import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from './hashes.js';

const { Point } = secp256k1;

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

/** The public key that a signature of 32 bytes is from, 33 bytes; undefined where it is from none. */
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
