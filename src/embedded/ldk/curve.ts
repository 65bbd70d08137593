import { createECDH, createPrivateKey, ECDH, sign, type KeyObject } from 'node:crypto';
import { sha256 } from './keys.js';

const CURVE = 'secp256k1';
const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const bytes32 = (number: bigint): Buffer => Buffer.from(number.toString(16).padStart(64, '0'), 'hex');

/** The product of two numbers modulo the order of the curve, as 32 bytes. */
export const multiplyScalars = (a: Uint8Array, b: Uint8Array): Buffer => bytes32((numberOf(a) * numberOf(b)) % N);

function pointOf(compressed: Uint8Array): [x: bigint, y: bigint] {
  const point = ECDH.convertKey(Buffer.from(compressed), CURVE, undefined, undefined, 'uncompressed') as Buffer;
  return [numberOf(point.subarray(1, 33)), numberOf(point.subarray(33))];
}

function ecdhOf(secret: Uint8Array): ECDH {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secret);
  return ecdh;
}

/**
 * BOLT #4's and #8's ECDH with one secret: the SHA256 of the shared point, compressed. OpenSSL tells only the point's x;
 * which of the two y belongs to it shows in x of the next multiple, (secret + 1) * publicKey, which is the sum of both
 * points.
 */
export class SharedSecrets {
  readonly #ecdh: ECDH;
  readonly #next: ECDH;

  constructor(secret: Uint8Array) {
    this.#ecdh = ecdhOf(secret);
    this.#next = ecdhOf(bytes32((numberOf(secret) + 1n) % N));
  }

  with(publicKey: Uint8Array): Buffer {
    const x = this.#ecdh.computeSecret(publicKey);
    const nextX = numberOf(this.#next.computeSecret(publicKey));
    const point = Buffer.concat([Buffer.of(2), x]);
    const [px, py] = pointOf(point);
    const [qx, qy] = pointOf(publicKey);
    // x(P + Q) = ((qy - py) / (qx - px))^2 - px - qx, without the division
    const isEven = ((nextX + px + qx) * (qx - px) ** 2n - (qy - py) ** 2n) % P === 0n;
    point[0] = isEven ? 2 : 3;
    return sha256(point);
  }
}

/** Signs with a node's secret. */
export class Signer {
  readonly #key: KeyObject;

  constructor(secret: Uint8Array) {
    const ecdh = createECDH(CURVE);
    ecdh.setPrivateKey(secret);
    const point = ecdh.getPublicKey();
    const jwk = {
      kty: 'EC',
      crv: CURVE,
      d: Buffer.from(secret).toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    };
    this.#key = createPrivateKey({ key: jwk, format: 'jwk' });
  }

  /** An ECDSA signature, r and s (the low one), over the SHA256 of `message`: 64 bytes. */
  sign(message: Uint8Array): Buffer {
    const signature = sign('sha256', message, { key: this.#key, dsaEncoding: 'ieee-p1363' });
    const s = numberOf(signature.subarray(32));
    return s > N / 2n ? Buffer.concat([signature.subarray(0, 32), bytes32(N - s)]) : signature;
  }
}
