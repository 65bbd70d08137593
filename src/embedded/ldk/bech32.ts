const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function polymod(values: readonly number[]): number {
  let checksum = 1;
  for (const value of values) {
    const top = checksum >>> 25;
    checksum = ((checksum & 0x1ff_ffff) << 5) ^ value;
    for (const [i, generator] of GENERATORS.entries()) if ((top >>> i) & 1) checksum ^= generator;
  }
  return checksum;
}

const expand = (prefix: string): number[] => {
  const codes = Array.from(Buffer.from(prefix));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
};

/** Bech32 of any length (BIP 173): a lower-case prefix and 5-bit words. */
export function bech32Encode(prefix: string, words: readonly number[]): string {
  const checksum = polymod([...expand(prefix), ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = Array.from({ length: 6 }, (_, i) => (checksum >>> (5 * (5 - i))) & 31);
  return `${prefix}1${wordsText([...words, ...tail])}`;
}

/** The prefix and the words of a bech32 text, or undefined where it is none. */
export function bech32Decode(text: string): { prefix: string; words: number[] } | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const at = lower.lastIndexOf('1');
  if (at < 1 || lower.length - at < 7) return undefined;
  const prefix = lower.slice(0, at);
  const words = Array.from(lower.slice(at + 1), (char) => ALPHABET.indexOf(char));
  if (words.includes(-1) || polymod([...expand(prefix), ...words]) !== 1) return undefined;
  return { prefix, words: words.slice(0, -6) };
}

/** Bytes as 5-bit words, the last one filled up with zeros. */
export const toWords = (bytes: Uint8Array): number[] => regroup([...bytes], 8, 5, true);

/** 5-bit words as bytes; bits that fill no byte are dropped, or kept in a last byte where `pad` is set. */
export const fromWords = (words: readonly number[], pad = false): Buffer => Buffer.from(regroup(words, 5, 8, pad));

function regroup(values: readonly number[], from: number, to: number, pad: boolean): number[] {
  const result: number[] = [];
  let held = 0;
  let bits = 0;
  for (const value of values) {
    held = ((held << from) | value) & 0xffff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      result.push((held >> bits) & ((1 << to) - 1));
    }
  }
  if (pad && bits > 0) result.push((held << (to - bits)) & ((1 << to) - 1));
  return result;
}

/** Words as the letters that stand for them. */
export const wordsText = (words: readonly number[]): string => words.map((word) => ALPHABET[word]).join('');
