import { createHmac, hkdfSync, createECDH, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { base58check } from '@scure/base';
import { LnPlayError, systemCode } from '../../core/errors.js';
import { sha256 } from '../bitcoin/hashes.js';

/** All secrets of a node, derived from its `hsm_secret`. */
export interface NodeKeys {
  /** 32 bytes. */
  readonly nodeSecret: Buffer;
  /** The node id, 33 bytes. */
  readonly nodeId: Buffer;
  /** What LDK derives the keys of its channels from: 32 bytes. */
  readonly channelSeed: Buffer;
  /** The extended private key of the on-chain wallet, as bitcoind reads it: `tprv…`. */
  readonly walletKey: string;
}

/**
 * Reads `hsm_secret`, 32 bytes, or makes one (mode 0400).
 *
 * @throws {LnPlayError} INVALID when it has another form; FILESYSTEM when it cannot be read or written
 */
export function loadHsmSecret(path: string): Buffer {
  try {
    const secret = readFileSync(path);
    if (secret.length === 32 && secret.some((byte) => byte !== 0)) return secret;
    throw new LnPlayError('INVALID', `${path} is not a raw hsm_secret of 32 bytes (it has ${secret.length})`, {
      hint: 'the embedded lightningd reads neither encrypted nor mnemonic secrets',
    });
  } catch (cause) {
    if (cause instanceof LnPlayError) throw cause;
    if (systemCode(cause) === 'ENOENT') return createHsmSecret(path);
    throw new LnPlayError('FILESYSTEM', `${path} cannot be read (${systemCode(cause)})`, { cause });
  }
}

function createHsmSecret(path: string): Buffer {
  const secret = randomBytes(32);
  const fd = openSync(path, 'wx', 0o400);
  writeSync(fd, secret);
  fsyncSync(fd);
  closeSync(fd);
  return secret;
}

/**
 * Derives a node's keys. Node id and wallet addresses are those that Core Lightning derives from the same secret (its
 * hsmd/libhsmd.c: HKDF-SHA256 with a 32-bit counter as salt); LDK's channel keys have a derivation of our own.
 */
export function deriveKeys(hsmSecret: Buffer): NodeKeys {
  const nodeSecret = derive(hsmSecret, 'nodeid');
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(nodeSecret);
  return {
    nodeSecret,
    nodeId: ecdh.getPublicKey(null, 'compressed'),
    channelSeed: derive(hsmSecret, 'ln-play ldk channel seed'),
    walletKey: extendedKey(derive(hsmSecret, 'bip32 seed')),
  };
}

const derive = (secret: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(4), info, 32));

/** BIP 32's master key of `seed`, for the test networks. */
function extendedKey(seed: Buffer): string {
  const master = createHmac('sha512', 'Bitcoin seed').update(seed).digest();
  const version = Buffer.from('04358394', 'hex');
  const noParent = Buffer.alloc(9); // depth, fingerprint, child number
  const key = Buffer.concat([Buffer.alloc(1), master.subarray(0, 32)]);
  return base58check(sha256).encode(Buffer.concat([version, noParent, master.subarray(32), key]));
}
