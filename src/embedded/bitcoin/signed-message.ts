import { base32nopad } from '@scure/base';
import { recover, sign, type Signature } from './curve.js';
import { hash256 } from './hashes.js';

/** zbase32 is base32 (RFC 4648) in other letters. */
const ZBASE32 = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const inLetters = (text: string, from: string, to: string): string =>
  Array.from(text, (letter) => to[from.indexOf(letter)] ?? '?').join('');
/** What is added to the recovery id in front of a signature. */
const FIRST_HEADER = 31;

const hashOf = (message: string): Buffer => hash256(Buffer.from(`Lightning Signed Message:${message}`));

/** Signs a text with a node's secret, as lightning-signmessage(7) does. */
export const signMessage = (message: string, nodeSecret: Uint8Array): Signature => sign(hashOf(message), nodeSecret);

/** The node id that a text was signed by, 33 bytes; undefined if it is nobody's. */
export const signerOf = (message: string, signature: Signature): Buffer | undefined =>
  recover(hashOf(message), signature);

/** A signature as people pass it on: zbase32 of the recovery id, r and s. */
export const encodeZbase = ({ compact, recovery }: Signature): string =>
  inLetters(base32nopad.encode(Buffer.concat([Buffer.of(FIRST_HEADER + recovery), compact])), BASE32, ZBASE32);

/** Reads what `encodeZbase` writes; a text says what is wrong with it, in CLN's words. */
export function decodeZbase(text: string): Signature | string {
  let bytes: Buffer;
  try {
    bytes = Buffer.from(base32nopad.decode(inLetters(text, ZBASE32, BASE32)));
  } catch {
    return 'zbase is not valid zbase32'; // the only way in which the decoder says so
  }
  if (bytes.length !== 65) return `zbase is too ${bytes.length < 65 ? 'short' : 'long'}`;
  const recovery = bytes[0]! - FIRST_HEADER;
  return recovery < 0 || recovery > 3 ? 'cannot parse zbase signature' : { compact: bytes.subarray(1), recovery };
}
