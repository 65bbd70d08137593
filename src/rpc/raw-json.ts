/**
 * JSON handled as text, for what is only passed on: numbers keep all their digits (a u64 has more than a JavaScript
 * number holds) and keys their order.
 */

const code = (char: string): number => char.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON] = [code('"'), code('\\'), code(','), code(':')];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [code('{'), code('}'), code('['), code(']')];
const isOpen = (char: number): boolean => char === OPEN_OBJECT || char === OPEN_ARRAY;
const isClose = (char: number): boolean => char === CLOSE_OBJECT || char === CLOSE_ARRAY;
const isSpace = (char: number): boolean => char === 0x20 || (char >= 0x09 && char <= 0x0d);

/** Where the string that begins at `open` ends: its closing quote. */
export function endOfString(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i++;
    else if (char === QUOTE) return i;
  }
  return text.length - 1;
}

/** Pieces of a text are joined in lumps of this many: a list of millions costs more than the text. */
const LUMP = 4_096;

/** Indents JSON text by three spaces a level, as lightningd and lightning-cli print it. */
export function indentJson(text: string): string {
  const lumps: string[] = [];
  let out: string[] = [];
  let depth = 0;
  let empty = false;
  const newline = (): string => `\n${'   '.repeat(depth)}`;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (isSpace(char)) continue;
    if (isClose(char)) {
      depth--;
      out.push(empty ? text[i]! : newline() + text[i]!);
      empty = false;
      continue;
    }
    if (empty) out.push(newline());
    empty = isOpen(char);
    if (empty) {
      depth++;
      out.push(text[i]!);
    } else if (char === COMMA) out.push(`,${newline()}`);
    else if (char === COLON) out.push(': ');
    else {
      const start = i;
      i = char === QUOTE ? endOfString(text, i) : endOfWord(text, i);
      out.push(text.slice(start, i + 1));
    }
    if (out.length > LUMP) {
      lumps.push(out.join(''));
      out = [];
    }
  }
  return lumps.join('') + out.join('');
}

/** The last character of a number, true, false or null. */
function endOfWord(text: string, start: number): number {
  let i = start;
  for (; i + 1 < text.length; i++) {
    const next = text.charCodeAt(i + 1);
    if (next === COMMA || next === COLON || next === QUOTE || isSpace(next) || isOpen(next) || isClose(next)) break;
  }
  return i;
}

/**
 * The members of a JSON object as texts, so that an id, a number of 20 digits or what a plugin answered can be passed on
 * without a change. `text` must be a valid JSON object; of a name that comes twice the first counts, as in CLN.
 *
 * @param tooDeep called where objects and arrays are nested deeper than `deepest`
 */
export function memberTexts(text: string, deepest = Infinity, tooDeep: () => void = () => {}): Map<string, string> {
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
      } else i = close;
    } else if (isOpen(char)) {
      if (++depth > deepest) tooDeep();
    } else if (isClose(char)) {
      if (--depth === 0) end(i);
    } else if (char === COMMA && depth === 1) end(i);
  }
  return members;
}
