import type { LogEntry } from './entry.js';
import type { Log, LogLevel } from '../context.js';
import { LEVELS } from './level.js';
import { LogSink, type SinkOptions } from './sink.js';

/**
 * What `getlog` may hold, in bytes: some hundred payments with all that LDK says of them. lightningd keeps twice as much.
 */
export const RING_BYTES = 1 << 23;
/** What an entry takes beside its text. */
const ENTRY_OVERHEAD = 96;
/** So many entries that were dropped may still be in memory. */
const DROPPED_AT_ONCE = 1000;
const MAX_TEXT = RING_BYTES / 64;

/**
 * lightningd's log book: the last entries in memory for `getlog`, and files where the options ask for them. Before
 * `open` says where to print, entries are only kept: they are printed then.
 */
export class LogBook {
  readonly createdAtMs = Date.now();
  readonly #entries: LogEntry[] = [];
  #first = 0;
  #bytes = 0;
  #sink: LogSink | undefined;
  readonly #listeners = new Set<(entry: LogEntry) => void>();

  /** Starts to print, with all that was kept so far. */
  open(options: SinkOptions): void {
    const early = this.entries();
    this.#sink = new LogSink(options);
    this.#sink.open(
      (file) =>
        this.#add({ level: 'debug', timeMs: Date.now(), prefix: 'lightningd', text: `Opened log file ${file}` }),
      early,
    );
  }

  /** Opens the log files anew, as lightningd does on SIGHUP. */
  reopen(): void {
    this.#sink?.reopen();
  }

  get isOpen(): boolean {
    return this.#sink !== undefined;
  }

  /** Told of each entry, after it is printed. */
  listen(listener: (entry: LogEntry) => void): void {
    this.#listeners.add(listener);
  }

  /** Bytes that the kept entries take. */
  get bytesUsed(): number {
    return this.#bytes;
  }

  entries(): readonly LogEntry[] {
    return this.#entries.slice(this.#first);
  }

  /** A log whose lines carry `prefix`. */
  logger(prefix: string, nodeId?: string): Log {
    const at =
      (level: LogLevel) =>
      (text: string): void =>
        this.#add({ level, timeMs: Date.now(), prefix, nodeId, text: printable(text) });
    const byLevel = Object.fromEntries(LEVELS.map((level) => [level, at(level)])) as Record<
      LogLevel,
      (text: string) => void
    >;
    return { ...byLevel, child: (childPrefix, childNode) => this.logger(childPrefix, childNode) };
  }

  #add(entry: LogEntry): void {
    this.#sink?.print(entry);
    this.#keep(
      entry.text.length <= MAX_TEXT
        ? entry
        : {
            ...entry,
            text: `[TRUNCATED message from ${entry.text.length} bytes]: ${entry.text.slice(0, MAX_TEXT)}`,
          },
    );
    for (const listener of this.#listeners) listener(entry);
  }

  #keep(entry: LogEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.text.length + ENTRY_OVERHEAD;
    while (this.#bytes > RING_BYTES) {
      this.#bytes -= this.#entries[this.#first]!.text.length + ENTRY_OVERHEAD;
      this.#first++;
    }
    if (this.#first > DROPPED_AT_ONCE) {
      this.#entries.splice(0, this.#first);
      this.#first = 0;
    }
  }
}

/** lightningd's rule that an entry is one line of printable characters. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, '?');
}
