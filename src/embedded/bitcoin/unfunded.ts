import { wireHash } from './hex.js';

/** An output of a transaction that is to be made. */
export interface Output {
  readonly valueSat: bigint;
  readonly script: Uint8Array;
}

/** What it takes to spend an output, in vbytes, by Bitcoin Core's reckoning. */
const SPEND_VBYTES = { witness: 67, legacy: 148 };
/** sat per vbyte: -dustrelayfee's default. */
const DUST_FEERATE = 3n;

/** The smallest amount, in sat, that bitcoind relays an output with this script at (Bitcoin Core's GetDustThreshold). */
export function dustLimitSat(script: Uint8Array): bigint {
  const [version = 0, length = 0] = script;
  const isWitness =
    script.length >= 4 && length === script.length - 2 && (version === 0 || (version >= 0x51 && version <= 0x60));
  const outputVbytes = 8 + 1 + script.length;
  return BigInt(outputVbytes + (isWitness ? SPEND_VBYTES.witness : SPEND_VBYTES.legacy)) * DUST_FEERATE;
}

const VERSION = Buffer.from('02000000', 'hex');
const LOCK_TIME = Buffer.alloc(4);

/** Of an input that may be replaced, as those of bitcoind's wallet are (BIP 125). */
const SEQUENCE = Buffer.from('fdffffff', 'hex');

/** A transaction with these inputs or none, hex, for bitcoind's fundrawtransaction. */
export function unfunded(
  outputs: readonly Output[],
  inputs: readonly { readonly txid: string; readonly vout: number }[] = [],
): string {
  const spent = inputs.map(({ txid, vout }) => {
    const index = Buffer.alloc(4);
    index.writeUInt32LE(vout);
    return Buffer.concat([wireHash(txid), index, Buffer.of(0), SEQUENCE]);
  });
  const parts = outputs.map(({ valueSat, script }) => {
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(valueSat);
    return Buffer.concat([value, Buffer.of(script.length), script]);
  });
  const content = [compactSize(spent.length), ...spent, Buffer.of(outputs.length), ...parts];
  return Buffer.concat([VERSION, ...content, LOCK_TIME]).toString('hex');
}

function compactSize(count: number): Buffer {
  if (count < 0xfd) return Buffer.of(count);
  const size = Buffer.of(0xfd, 0, 0);
  size.writeUInt16LE(count, 1);
  return size;
}

/** A script that no one can meet before it is replaced: as long as a funding output's (P2WSH). */
export const PLACEHOLDER_SCRIPT: Uint8Array = Buffer.concat([Buffer.of(0, 32), Buffer.alloc(32, 0xee)]);

/** The transaction with `script` in the place of the placeholder. */
export function replaceScript(hex: string, script: Uint8Array): string {
  const placeholder = Buffer.from(PLACEHOLDER_SCRIPT).toString('hex');
  if (script.length !== PLACEHOLDER_SCRIPT.length || !hex.includes(placeholder))
    throw new Error(`no place for a script of ${script.length} bytes`);
  return hex.replace(placeholder, Buffer.from(script).toString('hex'));
}
