import { z } from 'zod';

/** A line of a log; of what is no line of lightningd's or bitcoind's, the text alone. */
export const LogLine = z.object({
  at: z.string().nullable().describe('RFC 3339'),
  level: z.enum(['broken', 'unusual', 'info', 'debug', 'trace', 'io_in', 'io_out', 'io']).nullable(),
  source: z.string().nullable().describe('who says it: lightningd, connectd, plugin-bcli, …'),
  text: z.string(),
});

export type LogLine = z.infer<typeof LogLine>;

const LEVELLED = /^\**(BROKEN|UNUSUAL|INFO|DEBUG|TRACE|IO_IN|IO_OUT|IO)\** +(.*)$/s;

/** `2026-01-31T12:00:00.000Z INFO    lightningd: …`; bitcoind has neither level nor source. */
export function logLine(line: string): LogLine {
  const [, at = null, rest = line] = /^(\d{4}-\d\d-\d\dT\S+) +(.*)$/s.exec(line) ?? [];
  const [, level, said] = LEVELLED.exec(rest) ?? [];
  if (level === undefined || said === undefined) return { at, level: null, source: null, text: rest };
  const [, source = null, text = said] = /^(\S+?): (.*)$/s.exec(said) ?? [];
  return { at, level: level.toLowerCase() as LogLine['level'], source, text };
}
