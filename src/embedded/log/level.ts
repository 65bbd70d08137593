import type { LogLevel } from '../context.js';

/** From the least to the most important. */
export const LEVELS: readonly LogLevel[] = ['io', 'trace', 'debug', 'info', 'unusual', 'broken'];

/** Reads a level as lightningd does: any case, with `error` and `warn` as further names of `broken` and `unusual`. */
export function parseLevel(text: string): LogLevel | undefined {
  const name = text.toLowerCase();
  if (name === 'error') return 'broken';
  if (name === 'warn') return 'unusual';
  return LEVELS.find((level) => level === name);
}

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(least);
