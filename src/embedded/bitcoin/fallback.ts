import { base58check, bech32, bech32m } from '@scure/base';
import { sha256 } from './hashes.js';

/** An address in an invoice (BOLT #11, `f`): a witness version with its program, or 17 or 18 with the hash of P2PKH or P2SH. */
export interface Fallback {
  readonly version: number;
  readonly program: Uint8Array;
}

const P2PKH = { version: 17, head: [0x76, 0xa9, 0x14], tail: [0x88, 0xac], type: 'P2PKH' };
const P2SH = { version: 18, head: [0xa9, 0x14], tail: [0x87], type: 'P2SH' };
const LEGACY = [P2PKH, P2SH];
const HASH_BYTES = 20;
/** Before a witness version of 1 or more: OP_1 is 0x51. */
const OP_N = 0x50;

/** The fallback that pays to a script of one of the usual forms. */
export function fallbackOf(script: Uint8Array): Fallback {
  for (const { version, head, tail } of LEGACY)
    if (script.length === head.length + HASH_BYTES + tail.length && script[0] === head[0])
      return { version, program: script.slice(head.length, -tail.length) };
  const [opcode = 0] = script;
  return { version: opcode === 0 ? 0 : opcode - OP_N, program: script.slice(2) };
}

/** The script that a fallback pays to. */
export function scriptOf({ version, program }: Fallback): Buffer {
  const legacy = LEGACY.find((each) => each.version === version);
  if (legacy) return Buffer.from([...legacy.head, ...program, ...legacy.tail]);
  return Buffer.from([version === 0 ? 0 : version + OP_N, program.length, ...program]);
}

/** Its type as lightning-decode(7) names it. */
export function typeOf({ version, program }: Fallback): string {
  const legacy = LEGACY.find((each) => each.version === version);
  if (version === 0) return program.length === HASH_BYTES ? 'P2WPKH' : 'P2WSH';
  return legacy?.type ?? 'P2TR';
}

const base58 = base58check(sha256);
/** The first byte of an address (base58check): on the main chain, and on all others. */
const PREFIXES: { readonly [version: number]: { readonly main: number; readonly test: number } } = {
  [P2PKH.version]: { main: 0x00, test: 0x6f },
  [P2SH.version]: { main: 0x05, test: 0xc4 },
};

/** Its address, on the chain of an invoice's currency (`bcrt`). */
export function addressOf({ version, program }: Fallback, currency: string): string {
  const prefix = PREFIXES[version];
  if (prefix) return base58.encode(Uint8Array.of(currency === 'bc' ? prefix.main : prefix.test, ...program));
  const encoding = version === 0 ? bech32 : bech32m;
  return encoding.encode(currency === 'tbs' ? 'tb' : currency, [version, ...encoding.toWords(program)]);
}
