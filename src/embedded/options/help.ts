import { KINDS } from './kinds.js';
import type { Options } from './options.js';
import type { OptionSpec } from './spec.js';

const INDENT = 40;
const WIDTH = 80;

/** `--help` in lightningd's layout: its own options first, those of plugins at the end. */
export function renderHelp(program: string, options: Options): string {
  const shown = options.specs().filter((spec) => !spec.hidden && spec.use.use !== 'refused');
  const lines = shown.flatMap((spec) => renderOption(spec, options));
  return [
    `Usage: ${program} `,
    'A bitcoin lightning daemon for development, on LDK (default values shown for network: regtest).',
    ...lines,
    '',
  ].join('\n');
}

function renderOption(spec: OptionSpec, options: Options): string[] {
  const short = spec.short === undefined ? '' : `|-${spec.short}`;
  const arg = spec.arg === undefined ? ' <arg>' : `=${spec.arg}`;
  const head = `--${spec.name}${short}${KINDS[spec.kind].takesValue ? arg : ''}`;
  const fallback = defaultOf(spec, options);
  const [first = '', ...rest] = wrap(`${spec.help}${fallback === undefined ? '' : ` (default: ${fallback})`}`);
  const padded = rest.map((line) => ' '.repeat(INDENT) + line);
  return head.length < INDENT
    ? [head.padEnd(INDENT) + first, ...padded]
    : [head, ' '.repeat(INDENT) + first, ...padded];
}

function defaultOf(spec: OptionSpec, options: Options): string | undefined {
  if (spec.name === 'lightning-dir') return JSON.stringify(options.lightningDir);
  if (spec.name === 'pid-file') return JSON.stringify(pidFileOf(options));
  return spec.default;
}

/** `--pid-file`, absolute where it is not given. */
export const pidFileOf = (options: Options): string =>
  options.string('pid-file') ?? `${options.lightningDir}/lightningd-regtest.pid`;

function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDTH - INDENT)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
