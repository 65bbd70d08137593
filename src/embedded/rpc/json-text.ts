import { randomUUID } from 'node:crypto';

/** JSON deeper than this is refused: no request needs it, and writing it out would overflow the stack. */
export const DEEPEST_JSON = 512;

// a message of 60 MB is looked at in a fraction of a second by code, and in many by character
const [QUOTE, BACKSLASH, COMMA, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = Array.from('"\\,{}[]', (char) =>
  char.charCodeAt(0),
);

/** A JSON text whose objects and arrays are nested too deep. */
export class TooDeepError extends Error {
  constructor() {
    super(`JSON is nested deeper than ${DEEPEST_JSON} levels`);
    this.name = 'TooDeepError';
  }
}

/**
 * The members of a JSON object as texts, so that an id, a number of 20 digits or what a plugin answered can be passed
 * on without a change. `text` must be a valid JSON object; of a name that comes twice the first counts, as in CLN.
 *
 * @throws {TooDeepError}
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  let start = -1;
  let name: string | undefined;
  const end = (at: number): void => {
    if (name !== undefined && !members.has(name)) members.set(name, text.slice(start, at).trim());
    name = undefined;
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      const close = endOfString(text, i);
      if (depth === 1 && name === undefined) {
        name = JSON.parse(text.slice(i, close + 1)) as string;
        start = text.indexOf(':', close) + 1;
        i = start - 1;
      } else {
        i = close;
      }
    } else if (char === OPEN_OBJECT || char === OPEN_ARRAY) {
      if (++depth > DEEPEST_JSON) throw new TooDeepError();
    } else if (char === CLOSE_OBJECT || char === CLOSE_ARRAY) {
      if (--depth === 0) end(i);
    } else if (char === COMMA && depth === 1) {
      end(i);
    }
  }
  return members;
}

function endOfString(text: string, open: number): number {
  for (let i = open + 1; ; i++) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i++;
    else if (char === QUOTE) return i;
  }
}

const PERHAPS_INEXACT = /\d{16}|\d[.eE]/;
const NUMBER_PART = /[-+.\deE]/;

/**
 * As JSON.parse, but a number that JavaScript would not write in the same way comes as a string of its text: to CLN a
 * number is its digits, and lightning-cli sends a hash of digits alone as a number.
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
