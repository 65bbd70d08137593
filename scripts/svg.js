const CELL = { width: 8.4, height: 19, font: 14 };
const MARGIN = 18;
const BAR = 34;
const PALETTE = {
  black: '#6e7681',
  red: '#ff7b72',
  green: '#3fb950',
  yellow: '#d29922',
  blue: '#79c0ff',
  magenta: '#d2a8ff',
  cyan: '#56d4dd',
  white: '#ffffff',
};

/** The lines of a terminal as a picture. @param {import('./terminal.js').Span[][]} lines */
export function svgOf(lines, columns) {
  const width = Math.round(columns * CELL.width + 2 * MARGIN);
  const height = BAR + lines.length * CELL.height + MARGIN;
  const text = lines.flatMap((spans, row) => spans.map((span) => textOf(span, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="20" cy="17" r="5.5" fill="#ff5f57"/><circle cx="38" cy="17" r="5.5" fill="#febc2e"/><circle cx="56" cy="17" r="5.5" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CELL.font}" fill="#c9d1d9" xml:space="preserve">
${text.join('\n')}
</g>
</svg>
`;
}

function textOf({ text, column, style }, row) {
  const x = (MARGIN + column * CELL.width).toFixed(1);
  const y = BAR + (row + 0.75) * CELL.height;
  // the same width in every font: what is aligned stays aligned
  const length = ([...text].length * CELL.width).toFixed(1);
  const attributes = [
    `x="${x}" y="${y.toFixed(1)}" textLength="${length}"`,
    style.bold ? 'font-weight="bold"' : '',
    style.colour ? `fill="${PALETTE[style.colour]}"` : '',
    style.dim ? 'opacity="0.6"' : '',
  ];
  return `<text ${attributes.filter(Boolean).join(' ')}>${escape(text)}</text>`;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
