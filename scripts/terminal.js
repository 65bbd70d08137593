/**
 * As much of a terminal as our commands need: text, colours, lines that are redrawn in place.
 *
 * @typedef {{ readonly bold: boolean, readonly dim: boolean, readonly colour: string | undefined }} Style
 * @typedef {{ readonly text: string, readonly column: number, readonly style: Style }} Span
 */

const PLAIN = { bold: false, dim: false, colour: undefined };
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
// A control sequence, a carriage return, a line feed, or anything else
const TOKEN = new RegExp(String.raw`${'\u001B'}\[(?<params>[\d;?]*)(?<final>[A-Za-z])|\r|\n|[^]`, 'gu');

/** What is on a screen of that many columns at the end. @returns {Span[][]} its lines */
export function screenOf(output, columns) {
  const lines = [[]];
  let row = 0;
  let column = 0;
  let style = PLAIN;
  for (const { 0: token, groups } of output.matchAll(TOKEN)) {
    if (token === '\r') column = 0;
    else if (token === '\n') lines[++row] ??= [];
    else if (!groups.final) {
      if (column === columns) [row, column] = [row + 1, 0];
      lines[row] ??= [];
      lines[row][column++] = { character: token, style };
    } else if (groups.final === 'm') style = styled(style, groups.params);
    else if (groups.final === 'K') lines[row].length = groups.params === '2' ? 0 : Math.min(lines[row].length, column);
    else if (groups.final === 'G') column = Number(groups.params || 1) - 1;
    else if (groups.final === 'A') row = Math.max(0, row - Number(groups.params || 1));
  }
  return lines.map(spansOf);
}

function styled(style, params) {
  for (const code of params.split(';').map(Number)) {
    if (code === 0) style = PLAIN;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code >= 30 && code <= 37) style = { ...style, colour: COLOURS[code - 30] };
    else if (code === 39) style = { ...style, colour: undefined };
    else if (code >= 90 && code <= 97) style = { ...style, colour: COLOURS[code - 90] };
  }
  return style;
}

/** Neighbours of the same style as one span; blanks are left out. */
function spansOf(cells) {
  const spans = [];
  for (const [column, cell] of cells.entries()) {
    const { character = ' ', style = PLAIN } = cell ?? {};
    const last = spans.at(-1);
    if (last && JSON.stringify(last.style) === JSON.stringify(style)) last.text += character;
    else spans.push({ text: character, column, style });
  }
  return spans
    .map(({ text, column, style }) => ({
      text: text.trim(),
      column: column + text.length - text.trimStart().length,
      style,
    }))
    .filter(({ text }) => text !== '');
}
