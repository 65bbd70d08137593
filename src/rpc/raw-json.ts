/**
 * JSON handled as text, for what is only passed on: numbers keep all their digits (a u64 has more than a JavaScript
 * number holds) and keys their order.
 */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Indents JSON text by three spaces a level, as lightningd and lightning-cli print it. */
export function indentJson(text: string): string {
  const out: string[] = [];
  let depth = 0;
  let before = '';
  const newline = (): string => `\n${'   '.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '}' || token === ']') {
      depth--;
      out.push(before === '{' || before === '[' ? token : newline() + token);
    } else {
      if (before === '{' || before === '[' || before === ',') out.push(newline());
      out.push(token === ':' ? ': ' : token);
      if (token === '{' || token === '[') depth++;
    }
    before = token;
  }
  return out.join('');
}

/** The text of one member of a JSON object, undefined where it has none of that name. */
export function memberText(text: string, name: string): string | undefined {
  let depth = 0;
  let key: string | undefined;
  let from = -1;
  let expectKey = false;
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match;
    if (depth === 1 && (token === ',' || token === '}')) {
      if (from !== -1) return text.slice(from, match.index).trim();
      expectKey = token === ',';
    } else if (depth === 1 && expectKey && token.startsWith('"')) {
      key = JSON.parse(token) as string;
      expectKey = false;
    } else if (depth === 1 && token === ':' && key === name) from = match.index + 1;
    if (token === '{' || token === '[') {
      if (depth++ === 0) expectKey = true;
    } else if (token === '}' || token === ']') depth--;
  }
  return undefined;
}
