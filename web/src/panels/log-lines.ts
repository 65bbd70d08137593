import type { LogLine } from '../api-types.js';

/** From what says most to what says least; each level is shown with all that are worse. */
export const LEVELS = ['io', 'trace', 'debug', 'info', 'unusual', 'broken'] as const;
export type Level = (typeof LEVELS)[number];

/** How many lines the page keeps of a log. */
export const KEPT = 3000;

export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** What has no level, as bitcoind's lines have none, is always shown: it may be a part of any line. */
const rank = (level: string | null): number => {
  const at = LEVELS.indexOf((level ?? '').replace(/^io_.*/, 'io') as Level);
  return at < 0 ? LEVELS.length : at;
};

/** What is to be seen of a log: the newest, in order. */
export function visibleLines(lines: readonly NumberedLine[], level: Level, text: string, most: number): NumberedLine[] {
  const [least, sought] = [rank(level), text.toLowerCase()];
  const found: NumberedLine[] = [];
  for (let at = lines.length - 1; at >= 0 && found.length < most; at--) {
    const line = lines[at]!;
    if (rank(line.level) < least) continue;
    if (sought !== '' && !`${line.source ?? ''} ${line.text}`.toLowerCase().includes(sought)) continue;
    found.push(line);
  }
  return found.toReversed();
}
