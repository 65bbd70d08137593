import type { LogLevel, Method } from '../context.js';
import { isAtLeast, parseLevel } from '../log/level.js';
import { RING_BYTES, type LogBook } from '../log/log-book.js';
import { ParamError } from '../rpc/errors.js';
import { method } from '../rpc/method.js';
import { type ParamType } from '../rpc/params.js';
import { textOf } from '../../cln/json.js';

const logLevel: ParamType<LogLevel> = (value, name) => {
  const level = parseLevel(textOf(value));
  if (!level) throw new ParamError(name, "should be 'io', 'debug', 'info', or 'unusual'", value);
  return level;
};

/** `getlog`: what the log book still holds (lightning-getlog(7)). */
export function logMethods(book: LogBook): readonly Method[] {
  return [
    method({
      name: 'getlog',
      category: 'utility',
      params: [{ name: 'level', type: logLevel, default: 'info' }],
      handle: ({ level }) => ({
        created_at: seconds(book.createdAtMs),
        bytes_used: book.bytesUsed,
        bytes_max: RING_BYTES,
        log: book
          .entries()
          .filter((entry) => isAtLeast(entry.level, level))
          .map((entry) => ({
            type: entry.level === 'io' ? 'IO_IN' : entry.level.toUpperCase(),
            time: seconds(entry.timeMs - book.createdAtMs),
            ...(entry.nodeId === undefined ? {} : { node_id: entry.nodeId }),
            source: entry.prefix,
            log: entry.text,
          })),
      }),
    }),
  ];
}

/** Seconds with nine decimals, as lightningd writes times here. */
const seconds = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
