import type { LogLevel } from '../context.js';

/** One line of the log, before it is rendered. */
export interface LogEntry {
  readonly level: LogLevel;
  /** ms since the epoch. */
  readonly timeMs: number;
  /** `lightningd`, `plugin-helloworld`, `chan#1`. */
  readonly prefix: string;
  readonly nodeId?: string | undefined;
  readonly text: string;
}
