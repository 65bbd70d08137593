import { LnPlayError, named } from './errors.js';
import { MAX_TIMER_MS } from './timers.js';

/** How many ms each unit has. */
const MS_OF = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof MS_OF;
const LARGEST_FIRST = ['d', 'h', 'm', 's'] as const satisfies readonly Unit[];

/**
 * Reads a duration: `200ms`, `1.5s`, `30s`, `2m`, `1h`, `1d`; a bare number only where `bare` says its unit.
 *
 * @returns ms, maybe a fraction of one; undefined where it is no duration
 */
export function readDurationMs(text: string, bare?: Unit): number | undefined {
  const [, amount, suffix] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? [];
  const unit = (suffix ?? bare) as Unit | undefined;
  return amount === undefined || unit === undefined ? undefined : Number(amount) * MS_OF[unit];
}

/**
 * Reads a duration that a person wrote, longer than nothing.
 *
 * @param what as the error names it: `--for`; undefined for what needs no name
 * @returns ms, at most what a timer takes: 24 days
 * @throws {LnPlayError} USAGE, naming `what` and the value
 */
export function parseDurationMs(text: string, what: string | undefined, bare?: Unit): number {
  const ms = readDurationMs(text.trim(), bare);
  const refuse = (why: string, hint: string): never => {
    throw new LnPlayError('USAGE', `${named(text, what)} ${why}`, { hint });
  };
  if (ms === undefined) return refuse('is not a duration', 'durations are written 200ms, 30s, 2m or 1h');
  if (ms === 0) return refuse('is no time at all', 'give more than 0: 200ms, 30s, 2m or 1h');
  if (ms > MAX_TIMER_MS) return refuse('is longer than can be waited for', 'give at most 24d');
  return ms;
}

/** A duration as `readDurationMs` reads it, in the largest unit that needs no fraction: `90s`, `2m`, `1500ms`. */
export function formatDurationMs(ms: number): string {
  const unit = ms === 0 ? 's' : (LARGEST_FIRST.find((each) => ms % MS_OF[each] === 0) ?? 'ms');
  return `${ms / MS_OF[unit]}${unit}`;
}
