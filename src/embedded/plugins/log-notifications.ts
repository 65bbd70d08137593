import type { JsonObject } from '../../rpc/json-rpc.js';
import type { LogEntry } from '../log/entry.js';
import type { LogBook } from '../log/log-book.js';

/** Sends each entry of the log as `log`, and those that are unusual or broken as `warning` too. */
export function logNotifications(book: LogBook, notify: (topic: string, payload: JsonObject) => void): void {
  let sending = false;
  book.listen((entry) => {
    if (sending) return; // what sending a line logs is not sent
    sending = true;
    try {
      notify('log', payloadOf(entry, entry.level));
      if (entry.level === 'unusual') notify('warning', payloadOf(entry, 'warn'));
      if (entry.level === 'broken') notify('warning', payloadOf(entry, 'error'));
    } finally {
      sending = false;
    }
  });
}

const payloadOf = ({ timeMs, prefix, text }: LogEntry, level: string): JsonObject => ({
  level,
  time: `${Math.floor(timeMs / 1000)}.${String(timeMs % 1000).padStart(3, '0')}000000`,
  timestamp: new Date(timeMs).toISOString(),
  source: prefix,
  log: text,
});
