import { createHash } from 'node:crypto';
import type { MempoolSettings } from '../background/sections.js';
import { rawTransaction, weightOf, type RawInput, type RawOutput } from './raw-transaction.js';

/** A transaction that takes room, and the coin that it spends. */
export interface Filler {
  /** What the coin has to have, and where it lies. */
  readonly coin: RawOutput;
  readonly vsize: number;
  /** Raw, in hex. */
  readonly raw: () => string;
  /** The coin as an input, whoever spends it. */
  readonly input: RawInput;
}

/**
 * What fills a block, by the number of outputs: nine as large as bitcoind relays them (100 kvB), and from there each half as
 * large as the one before. Whatever else is in the block, a gap that is left is filled by some of the small ones, so that
 * nothing that pays less finds room.
 */
const OUTPUTS = [...Array.from({ length: 9 }, () => 2_324), 1_161, 580, 289, 144, 71, 35, 17, 8, 3, 1];
/** By how much more the next larger one pays, in thousandths: miners take the highest feerate first. */
const STEP = 2;
const RANKS = [...new Set(OUTPUTS)].toReversed();

/** Nobody has the script whose hash is all zeros. */
const NOBODY: RawOutput = { amountSat: 330n, script: payToScriptHash(Buffer.alloc(32)) };

/** By the number of outputs: how large it is, in vB, and how many thousandths of the feerate it pays. */
const SIZES = new Map(
  RANKS.map((count, rank) => {
    const input = { txid: '00'.repeat(32), output: 0, witness: [witnessScript('00'.repeat(4), 0)] };
    const vsize = Math.ceil(weightOf([input], outputsOf(count)) / 4);
    return [count, { vsize, thousandths: 1_000 + STEP * rank }] as const;
  }),
);

/**
 * All of them. Their coins are anyone's who knows eight bytes, so no wallet has to sign them, spends them elsewhere, or
 * keeps them.
 */
export function fillersOf({ seed, blocks, feeratePerKw, split }: MempoolSettings): readonly Filler[] {
  return Array.from({ length: blocks }, () => OUTPUTS)
    .flat()
    .map((count, output): Filler => {
      const secret = witnessScript(seed, output);
      const input: RawInput = { txid: split, output, witness: [secret] };
      const { vsize, thousandths } = SIZES.get(count)!;
      const feeSat = Math.ceil((4 * vsize * feeratePerKw * thousandths) / 1_000_000);
      return {
        coin: {
          amountSat: BigInt(feeSat) + NOBODY.amountSat * BigInt(count),
          script: payToScriptHash(createHash('sha256').update(secret).digest()),
        },
        vsize,
        input,
        raw: () => rawTransaction([input], outputsOf(count)),
      };
    });
}

function outputsOf(count: number): RawOutput[] {
  return Array.from({ length: count }, () => NOBODY);
}

/** A push of eight bytes that are not zero, which is true. */
function witnessScript(seed: string, output: number): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(output + 1);
  return Buffer.concat([Buffer.from([8]), Buffer.from(seed, 'hex'), number]);
}

/** P2WSH (BIP141). */
function payToScriptHash(hash: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 32]), hash]);
}
