import { textOf } from '../../cln/json.js';
import { readMsat } from '../../cln/amounts.js';
import { FEERATE_FLOOR, FEERATE_NAMES } from '../../cln/feerate.js';
import { ECDH } from 'node:crypto';
import { ParamError, RpcError } from './errors.js';
import { CODE } from '../../cln/error-codes.js';

/**
 * The parameter types of CLN's methods. Each takes the JSON value and the parameter's name, and returns what the
 * handler gets or throws with CLN's own text. As in CLN a number may come as a string and a string as a number: only
 * the text counts, except if a type says otherwise.
 */
export type ParamType<T> = (value: unknown, name: string) => T;

/** A type whose values are the texts that `read` understands; it returns undefined for all others. */
function fromText<T>(wanted: string, read: (text: string) => T | undefined): ParamType<T> {
  return (value, name) => {
    const result = typeof value === 'object' ? undefined : read(textOf(value));
    if (result === undefined) throw new ParamError(name, wanted, value);
    return result;
  };
}

/** Anything, unread. */
export const any_: ParamType<unknown> = (value) => value;

/** Any value; what is not a string becomes its JSON text. */
export const string_: ParamType<string> = (value) => textOf(value);

/** A JSON string. */
export const escapedString: ParamType<string> = (value, name) => {
  if (typeof value !== 'string') throw new ParamError(name, 'should be a string (without \\u)', value);
  return value;
};

/** A string or a number: what CLN calls an invoice. */
export const label: ParamType<string> = (value, name) => {
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isInteger(value) && value >= 0))
    throw new ParamError(name, 'should be a string or number', value);
  return textOf(value);
};

/** A JSON true or false; the strings are refused, as in CLN. */
export const bool: ParamType<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw new ParamError(name, "should be 'true' or 'false'", value);
  return value;
};

function wholeNumber(text: string, max: bigint, min = 0n): bigint | undefined {
  if (!/^(-?\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text)) return undefined;
  const number = BigInt(text);
  return number >= min && number <= max ? number : undefined;
}

const small =
  (max: bigint) =>
  (text: string): number | undefined => {
    const number = wholeNumber(text, max);
    return number === undefined ? undefined : Number(number);
  };

const U32_MAX = 2n ** 32n - 1n;
const U64_MAX = 2n ** 64n - 1n;

export const u16: ParamType<number> = fromText('should be an unsigned 16 bit integer', small(2n ** 16n - 1n));
export const u32: ParamType<number> = fromText('should be an unsigned 32 bit integer', small(U32_MAX));
export const u64: ParamType<bigint> = fromText('should be an unsigned 64 bit integer', (text) =>
  wholeNumber(text, U64_MAX),
);
/** An `unsigned int` of CLN's. */
export const number: ParamType<number> = fromText('should be an integer', small(U32_MAX));
export const s64: ParamType<bigint> = fromText('should be an sign 64 bit integer', (text) =>
  wholeNumber(text, 2n ** 63n - 1n, -(2n ** 63n)),
);

/** A non-negative decimal, in millionths: `0.5` → 500000. */
export const millionths: ParamType<number> = fromText('should be a non-negative floating-point number', (text) => {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Math.round(Number(text) * 1_000_000);
  return Number.isSafeInteger(value) ? value : undefined;
});

/** An amount that fits into CLN's u64. */
function readAmount(text: string, bare: 'msat' | 'sat'): bigint | undefined {
  const amount = readMsat(text, bare);
  return amount === undefined || amount > U64_MAX ? undefined : amount;
}

function readSat(text: string): bigint | undefined {
  const msatAmount = readAmount(text, 'sat');
  return msatAmount !== undefined && msatAmount % 1_000n === 0n ? msatAmount / 1_000n : undefined;
}

/** msat; a bare number is msat. */
export const msat: ParamType<bigint> = fromText('should be a millisatoshi amount', (text) => readAmount(text, 'msat'));
/** More than 0 msat, or `any`. */
export const msatOrAny: ParamType<bigint | 'any'> = fromText("should be positive msat or 'any'", (text) =>
  text === 'any' ? text : readAmount(text, 'msat') || undefined,
);
/** sat; a bare number is sat. */
export const sat: ParamType<bigint> = fromText('should be a satoshi amount', readSat);
export const satOrAll: ParamType<bigint | 'all'> = fromText('should be a satoshi amount', (text) =>
  text === 'all' ? text : readSat(text),
);

export type Feerate =
  { readonly perKw: number } | { readonly name: (typeof FEERATE_NAMES)[number] } | { readonly blocks: number };

/** A name, `Nblocks`, or a number with `perkw` or `perkb` (the default). */
export const feerate: ParamType<Feerate> = (value, name) => {
  const text = textOf(value);
  const named = FEERATE_NAMES.find((known) => known === text);
  if (named !== undefined) return { name: named };
  const [, digits = '', unit = ''] = /^(.*?)(blocks|perkw|perkb)?$/s.exec(text)!;
  const wanted = unit === 'blocks' ? 'an integer' : 'an integer with optional perkw/perkb,';
  const count = small(U32_MAX)(digits);
  if (count === undefined) throw new RpcError(CODE.INVALID_PARAMS, `'${name}' should be ${wanted} not '${digits}'`);
  if (unit === 'blocks') return { blocks: count };
  return { perKw: Math.max(FEERATE_FLOOR, unit === 'perkw' ? count : Math.ceil(count / 4)) };
};

const hexOf =
  (bytes: number) =>
  (text: string): string | undefined =>
    text.length === bytes * 2 && /^[0-9a-fA-F]*$/.test(text) ? text.toLowerCase() : undefined;

/** Whole bytes in hex. */
export const hex: ParamType<string> = fromText('should be a hex value', (text) =>
  text.length % 2 === 0 ? hexOf(text.length / 2)(text) : undefined,
);
export const hash: ParamType<string> = fromText('should be a 32 byte hex value', hexOf(32));
export const secret: ParamType<string> = hash;
export const txid: ParamType<string> = fromText('should be a txid', hexOf(32));
export const channelId: ParamType<string> = fromText('should be a channel id', hexOf(32));

/** `{ txid, outnum }` of `txid:outnum`. */
export const outpoint: ParamType<{ txid: string; outnum: number }> = fromText('should be a txid:outnum', (text) => {
  const colon = text.indexOf(':');
  const id = hexOf(32)(text.slice(0, Math.max(0, colon)));
  const outnum = small(U32_MAX)(text.slice(colon + 1));
  return id === undefined || outnum === undefined ? undefined : { txid: id, outnum };
});

/** Whether `text` is a compressed public key that lies on the curve: LDK panics at one that does not. */
function isPublicKey(text: string): boolean {
  if (!/^0[23][0-9a-fA-F]{64}$/.test(text)) return false;
  try {
    ECDH.convertKey(text, 'secp256k1', 'hex', 'hex', 'compressed');
    return true;
  } catch {
    return false; // the only way in which OpenSSL says that a point is not on the curve
  }
}

const keyText = (text: string): string | undefined => (isPublicKey(text) ? text.toLowerCase() : undefined);
export const nodeId: ParamType<string> = fromText('should be a node id', keyText);
export const pubkey: ParamType<string> = fromText('should be a compressed pubkey', keyText);

function readShortChannelId(text: string): string | undefined {
  const parts = /^(\d{1,8})x(\d{1,8})x(\d{1,5})$/.exec(text)?.slice(1).map(Number);
  if (!parts || parts[0]! >= 2 ** 24 || parts[1]! >= 2 ** 24 || parts[2]! >= 2 ** 16) return undefined;
  return parts.join('x');
}

export const shortChannelId: ParamType<string> = fromText(
  'should be a short_channel_id of form NxNxN',
  readShortChannelId,
);

export const shortChannelIdDir: ParamType<{ shortChannelId: string; direction: 0 | 1 }> = fromText(
  'should be a short_channel_id_dir of form NxNxN/N',
  (text) => {
    const scid = /\/[01]$/.test(text) ? readShortChannelId(text.slice(0, -2)) : undefined;
    return scid === undefined ? undefined : { shortChannelId: scid, direction: text.endsWith('1') ? 1 : 0 };
  },
);

/** A JSON array whose elements are all of a type; errors name the element `name[i]`. */
export function arrayOf<T>(type: ParamType<T>): ParamType<T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw new ParamError(name, 'should be an array', value);
    return value.map((element, i) => type(element, `${name}[${i}]`));
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): ParamType<T> {
  const list = words.map((word) => `'${word}'`).join(', ');
  return fromText(`should be one of ${list}`, (text) => words.find((word) => word === text));
}
