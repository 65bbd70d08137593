import { randomUUID } from 'node:crypto';
import { endOfString, memberTexts } from '../../rpc/raw-json.js';

/** JSON deeper than this is refused: no request needs it, and writing it out would overflow the stack. */
const DEEPEST_JSON = 512;

/** A JSON text whose objects and arrays are nested too deep. */
export class TooDeepError extends Error {
  constructor() {
    super(`JSON is nested deeper than ${DEEPEST_JSON} levels`);
    this.name = 'TooDeepError';
  }
}

/**
 * The members of a JSON object as texts, as `memberTexts` of rpc has them.
 *
 * @throws {TooDeepError}
 */
export function shallowMemberTexts(text: string): Map<string, string> {
  return memberTexts(text, DEEPEST_JSON, () => {
    throw new TooDeepError();
  });
}

const PERHAPS_INEXACT = /\d{16}|\d[.eE]/;
const NUMBER_PART = /[-+.\deE]/;

/**
 * As JSON.parse, but a number that JavaScript would not write in the same way comes as a string of its text: to CLN a
 * number is its digits, and lightning-cli sends a hash that is all digits as a number.
 */
export function parseExact(text: string): unknown {
  if (!PERHAPS_INEXACT.test(text)) return JSON.parse(text);
  const pieces: string[] = [];
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') {
      i = endOfString(text, i);
    } else if (text[i]! >= '0' && text[i]! <= '9') {
      const start = text[i - 1] === '-' ? i - 1 : i;
      while (i + 1 < text.length && NUMBER_PART.test(text[i + 1]!)) i++;
      const number = text.slice(start, i + 1);
      if (String(Number(number)) === number) continue;
      pieces.push(text.slice(copied, start), JSON.stringify(number));
      copied = i + 1;
    }
  }
  pieces.push(text.slice(copied));
  return JSON.parse(pieces.join(''));
}

const BIGINT_MARK = `bigint-${randomUUID()}:`;
const MARKED = new RegExp(`"${BIGINT_MARK}(-?\\d+)"`, 'g');

/** As JSON.stringify, with bigints as plain numbers. */
export function toJson(value: unknown): string {
  let marked = false;
  const text = JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'bigint') return inner;
    marked = true;
    return BIGINT_MARK + inner.toString();
  });
  return marked ? text.replaceAll(MARKED, '$1') : text;
}
