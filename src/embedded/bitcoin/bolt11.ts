import { bech32 } from '@scure/base';
import { isFrom, recover, sign, type Signature } from './curve.js';
import type { Fallback } from './fallback.js';
import { sha256 } from './hashes.js';

/** A hop of a private route: how to come to the payee from `nodeId`. */
export interface RouteHintHop {
  readonly nodeId: string;
  readonly shortChannelId: bigint;
  readonly feeBaseMsat: number;
  readonly feeProportionalMillionths: number;
  readonly cltvExpiryDelta: number;
}

/** What stands in a BOLT #11 invoice. Hashes and keys in hex, times in seconds. */
export interface Bolt11 {
  /** `bcrt` on regtest. */
  readonly currency: string;
  readonly amountMsat: bigint | undefined;
  readonly createdAt: number;
  readonly paymentHash: string | undefined;
  readonly paymentSecret: string | undefined;
  readonly description: string | undefined;
  readonly descriptionHash: string | undefined;
  readonly expirySeconds: number;
  readonly minFinalCltv: number;
  readonly payee: string | undefined;
  readonly features: Buffer | undefined;
  readonly metadata: string | undefined;
  readonly fallbacks: readonly Fallback[];
  readonly routes: readonly (readonly RouteHintHop[])[];
  readonly unknown: readonly { readonly tag: string; readonly words: readonly number[] }[];
  readonly signature: Signature;
  /** What is signed: 32 bytes. */
  readonly hash: Buffer;
}

export type Bolt11ToSign = Pick<
  Bolt11,
  | 'currency'
  | 'amountMsat'
  | 'createdAt'
  | 'description'
  | 'descriptionHash'
  | 'expirySeconds'
  | 'minFinalCltv'
  | 'routes'
  | 'fallbacks'
> & { readonly paymentHash: string; readonly paymentSecret: string; readonly features: Uint8Array };

const TAGS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const DEFAULT_EXPIRY_SECONDS = 3600;
const DEFAULT_MIN_FINAL_CLTV = 18;
const SIGNATURE_WORDS = 104;

/** msat of one unit of each multiplier, times ten: a pico-bitcoin is a tenth of a millisatoshi. */
const TENTHS_OF_MSAT: Record<string, bigint> = {
  '': 1_000_000_000_000n,
  m: 1_000_000_000n,
  u: 1_000_000n,
  n: 1_000n,
  p: 1n,
};

/** Encodes an invoice and signs it with the node's secret. */
export function encodeBolt11(invoice: Bolt11ToSign, nodeSecret: Uint8Array): string {
  const prefix = `ln${invoice.currency}${encodeAmount(invoice.amountMsat)}`;
  const words = [...numberWords(invoice.createdAt, 7), ...taggedFields(invoice)];
  const { compact, recovery } = sign(signedHash(prefix, words), nodeSecret);
  return bech32.encode(prefix, [...words, ...toWords(Buffer.concat([compact, Buffer.of(recovery)]))], false);
}

const toWords = (bytes: Uint8Array): number[] => bech32.toWords(bytes);

/** @throws {Bolt11Error} if more bits are left over than padding */
function fromWords(words: readonly number[]): Buffer {
  const bytes = bech32.fromWordsUnsafe([...words]);
  if (!bytes) throw new Bolt11Error('a field does not end with a whole byte');
  return Buffer.from(bytes);
}

/** What the signature is of: the words as bytes, the last one filled up with zeros. */
function signedHash(prefix: string, words: readonly number[]): Buffer {
  const filling = Array<number>((8 - (words.length % 8)) % 8).fill(0); // eight words are five bytes
  const bytes = fromWords([...words, ...filling]).subarray(0, Math.ceil((words.length * 5) / 8));
  return sha256(Buffer.concat([Buffer.from(prefix), bytes]));
}

/** Words as the letters that stand for them. */
export const wordsText = (words: readonly number[]): string => words.map((word) => TAGS[word]).join('');

function taggedFields(invoice: Bolt11ToSign): number[] {
  const fields: [string, number[]][] = [
    ['s', toWords(Buffer.from(invoice.paymentSecret, 'hex'))],
    ['p', toWords(Buffer.from(invoice.paymentHash, 'hex'))],
    invoice.descriptionHash === undefined
      ? ['d', toWords(Buffer.from(invoice.description ?? ''))]
      : ['h', toWords(Buffer.from(invoice.descriptionHash, 'hex'))],
    ['x', numberWords(invoice.expirySeconds)],
    ['c', numberWords(invoice.minFinalCltv)],
    ...invoice.fallbacks.map(({ version, program }): [string, number[]] => ['f', [version, ...toWords(program)]]),
    ...invoice.routes.map((route): [string, number[]] => ['r', toWords(Buffer.concat(route.map(encodeHop)))]),
    ['9', featureWords(invoice.features)],
  ];
  return fields.flatMap(([tag, words]) => [TAGS.indexOf(tag), words.length >> 5, words.length & 31, ...words]);
}

/** Big-endian, without leading zeros unless a length is given. */
function numberWords(value: number, length?: number): number[] {
  const words: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 32)) words.unshift(rest % 32);
  while (words.length < (length ?? 1)) words.unshift(0);
  return words;
}

/** Feature bits count from the end: the filling has to be in front. */
function featureWords(features: Uint8Array): number[] {
  const words: number[] = [];
  let bits = BigInt(`0x${Buffer.from(features).toString('hex') || '0'}`);
  for (; bits > 0n; bits >>= 5n) words.unshift(Number(bits & 31n));
  return words;
}

function encodeHop(hop: RouteHintHop): Buffer {
  const rest = Buffer.alloc(18);
  rest.writeBigUInt64BE(hop.shortChannelId, 0);
  rest.writeUInt32BE(hop.feeBaseMsat, 8);
  rest.writeUInt32BE(hop.feeProportionalMillionths, 12);
  rest.writeUInt16BE(hop.cltvExpiryDelta, 16);
  return Buffer.concat([Buffer.from(hop.nodeId, 'hex'), rest]);
}

function encodeAmount(msat: bigint | undefined): string {
  if (msat === undefined) return '';
  const tenths = msat * 10n;
  for (const [unit, size] of Object.entries(TENTHS_OF_MSAT)) if (tenths % size === 0n) return `${tenths / size}${unit}`;
  return `${tenths}p`;
}

/** An invoice or offer without the `lightning:` that a link to it begins with. */
export const withoutScheme = (text: string): string => text.replace(/^lightning:/i, '');

/** Why a text is no BOLT #11 invoice. */
export class Bolt11Error extends Error {}

/**
 * Reads an invoice; does not check its signature.
 *
 * @throws {Bolt11Error}
 */
export function decodeBolt11(text: string): Bolt11 {
  const decoded = bech32.decodeUnsafe(withoutScheme(text), false);
  if (!decoded) throw new Bolt11Error('Bad bech32 string');
  const match = /^ln([a-z]+?)(?:(\d+)([munp]?))?$/.exec(decoded.prefix);
  if (!match) throw new Bolt11Error(`Prefix '${decoded.prefix}' does not start with ln`);
  const { words } = decoded;
  if (words.length < 7 + SIGNATURE_WORDS) throw new Bolt11Error('truncated invoice');
  const fields = readFields(words.slice(7, -SIGNATURE_WORDS));
  const first = (tag: string): readonly number[] | undefined => fields.find((field) => field.tag === tag)?.words;
  const hash = (tag: string, length: number): string | undefined => {
    const found = fields.find((field) => field.tag === tag && field.words.length === length);
    return found && fromWords(found.words).toString('hex');
  };
  const signature = fromWords(words.slice(-SIGNATURE_WORDS));
  const description = first('d');
  const features = first('9');
  const metadata = first('m');
  const cltv = first('c');
  const expiry = first('x');
  return {
    currency: match[1]!,
    amountMsat: match[2] === undefined ? undefined : decodeAmount(match[2], match[3] ?? ''),
    createdAt: numberOf(words.slice(0, 7)),
    paymentHash: hash('p', 52),
    paymentSecret: hash('s', 52),
    description: description && fromWords(description).toString('utf8'),
    descriptionHash: hash('h', 52),
    expirySeconds: expiry ? numberOf(expiry) : DEFAULT_EXPIRY_SECONDS,
    minFinalCltv: cltv ? numberOf(cltv) : DEFAULT_MIN_FINAL_CLTV,
    payee: hash('n', 53),
    features: features && decodeFeatures(features),
    metadata: metadata && fromWords(metadata).toString('hex'),
    fallbacks: fields
      .filter(({ tag }) => tag === 'f')
      .map((field) => ({ version: field.words[0] ?? 0, program: fromWords(field.words.slice(1)) })),
    routes: fields.filter(({ tag }) => tag === 'r').map((field) => decodeRoute(fromWords(field.words))),
    unknown: fields.filter(({ tag }) => !'psdhxc9fmnr'.includes(tag)),
    signature: { compact: signature.subarray(0, 64), recovery: signature[64]! },
    hash: signedHash(decoded.prefix, words.slice(0, -SIGNATURE_WORDS)),
  };
}

/** The node id that an invoice is from; undefined if the signature is not that of the payee it names, or of nobody. */
export function payeeOf({ payee, hash, signature }: Bolt11): string | undefined {
  if (payee === undefined) return recover(hash, signature)?.toString('hex');
  return isFrom(hash, signature, Buffer.from(payee, 'hex')) ? payee : undefined;
}

const numberOf = (words: readonly number[]): number => words.reduce((sum, word) => sum * 32 + word, 0);

function decodeAmount(digits: string, unit: string): bigint {
  const tenths = BigInt(digits) * TENTHS_OF_MSAT[unit]!;
  if (tenths % 10n !== 0n) throw new Bolt11Error(`Invalid sub-millisatoshi amount '${digits}${unit}'`);
  return tenths / 10n;
}

function readFields(words: readonly number[]): { tag: string; words: readonly number[] }[] {
  const fields: { tag: string; words: readonly number[] }[] = [];
  for (let at = 0; at < words.length;) {
    const end = at + 3 + words[at + 1]! * 32 + words[at + 2]!;
    if (!(end <= words.length)) throw new Bolt11Error('truncated tagged field');
    fields.push({ tag: TAGS[words[at]!]!, words: words.slice(at + 3, end) });
    at = end;
  }
  return fields;
}

function decodeFeatures(words: readonly number[]): Buffer {
  const bits = words.reduce((sum, word) => (sum << 5n) | BigInt(word), 0n);
  const hex = bits === 0n ? '' : bits.toString(16);
  return Buffer.from(hex.padStart(Math.ceil(hex.length / 2) * 2, '0'), 'hex');
}

const HOP_BYTES = 51;

function decodeRoute(bytes: Buffer): RouteHintHop[] {
  return Array.from({ length: Math.floor(bytes.length / HOP_BYTES) }, (_, i) => {
    const at = i * HOP_BYTES;
    return {
      nodeId: bytes.toString('hex', at, at + 33),
      shortChannelId: bytes.readBigUInt64BE(at + 33),
      feeBaseMsat: bytes.readUInt32BE(at + 41),
      feeProportionalMillionths: bytes.readUInt32BE(at + 45),
      cltvExpiryDelta: bytes.readUInt16BE(at + 49),
    };
  });
}
